package dev.kekkai.admin.rest.view;

import org.jspecify.annotations.Nullable;

/**
 * A KEK version.
 *
 * @param versionId 32 hex digits, the {@code CKA_ID} of its objects in the HSM
 * @param state PREPARED, ACTIVE, RETIRED, DISABLED, DESTROYED
 * @param epoch of its activation, if it had one that is known
 * @param keyId as kube-apiserver sees it, if it was ever ACTIVE
 * @param activateAt when it is to become ACTIVE
 * @param usesReserved how many uses have been set aside for it, of at most 2^32
 * @param provenance what the token said of its history
 */
public record VersionView(
        int number,
        String versionId,
        String mechanism,
        String state,
        @Nullable Long epoch,
        @Nullable String keyId,
        String created,
        @Nullable String activateAt,
        @Nullable String retired,
        @Nullable String disabled,
        @Nullable String destroyBegun,
        long usesReserved,
        Origin provenance) {
    /** Where a key was made, and whether it ever was outside. */
    public record Origin(boolean local, boolean alwaysSensitive, boolean neverExtractable) {}
}
