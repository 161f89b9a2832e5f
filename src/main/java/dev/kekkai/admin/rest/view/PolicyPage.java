package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Policies by group, at one serial of the authority chain; {@code next} is the cursor of the next page, if there is one. */
public record PolicyPage(
        long serial, List<PolicyView> policies, @Nullable String next) {}
