package dev.kekkai.admin.rest.view;

import org.jspecify.annotations.Nullable;

/**
 * How a keyring is to be rotated.
 *
 * @param version number or version id of a PREPARED version to use; absent to make one
 * @param activateIn ISO 8601 duration from now, at most P366D; absent for at once
 */
public record RotateOrder(
        @Nullable String version, @Nullable String activateIn) {}
