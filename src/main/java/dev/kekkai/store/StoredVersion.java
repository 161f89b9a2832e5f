package dev.kekkai.store;

import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a KEK version.
 *
 * @param kek names its objects in the HSM
 * @param state where it is in its life
 * @param epoch of its activation, from 1; null if it was never activated, or if that is not known any more
 * @param provenance as recorded when it was created or adopted
 * @param canary an envelope that only this key opens, of content that everybody knows
 * @param created when it was registered
 * @param activateAt when it is to become ACTIVE, or null; only of a PREPARED version
 * @param retired when it stopped wrapping, or null
 * @param disabled since when it is DISABLED, or null
 * @param destroyBegun since when its objects in the HSM may be gone, or null; it stays when the version is DESTROYED
 * @param usesReserved how many uses have been set aside for it, at least as many as were made
 */
public record StoredVersion(
        Kek kek,
        KeyState state,
        @Nullable Long epoch,
        Provenance provenance,
        byte[] canary,
        Instant created,
        @Nullable Instant activateAt,
        @Nullable Instant retired,
        @Nullable Instant disabled,
        @Nullable Instant destroyBegun,
        long usesReserved) {
    /** One that has not been scheduled, disabled or given up. */
    public StoredVersion(
            Kek kek,
            KeyState state,
            @Nullable Long epoch,
            Provenance provenance,
            byte[] canary,
            Instant created,
            @Nullable Instant retired,
            long usesReserved) {
        this(kek, state, epoch, provenance, canary, created, null, retired, null, null, usesReserved);
    }
}
