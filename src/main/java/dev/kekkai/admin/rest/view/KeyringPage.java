package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keyrings; {@code next} is the cursor of the next page, if there is one. */
public record KeyringPage(
        List<KeyringSummary> keyrings, @Nullable String next) {}
