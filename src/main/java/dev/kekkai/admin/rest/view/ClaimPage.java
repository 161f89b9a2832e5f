package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Machines that wait for approval, longest first; {@code next} is the cursor of the next page, if there is one. */
public record ClaimPage(List<ClaimView> claims, @Nullable String next) {}
