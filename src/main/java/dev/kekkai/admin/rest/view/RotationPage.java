package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rotations of a keyring, by version; {@code next} is the cursor of the next page, if there is one. */
public record RotationPage(
        List<RotationView> rotations, @Nullable String next) {}
