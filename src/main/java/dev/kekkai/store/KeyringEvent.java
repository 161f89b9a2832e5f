package dev.kekkai.store;

import dev.kekkai.custody.Provenance;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import java.time.Instant;

/** One thing that happened to a keyring. All that is remembered of a keyring, save the count of uses, follows from its events in their order. */
public sealed interface KeyringEvent {
    /** An event of one version that exists already. */
    sealed interface OfVersion extends KeyringEvent {
        VersionId version();
    }

    /** The keyring began, empty. */
    record Created(Lineage lineage, long epochFloor) implements KeyringEvent {}

    /** No later activation gets an epoch at or below this. */
    record FloorRaised(long epochFloor) implements KeyringEvent {}

    /** A version came; its uses are not part of the event. */
    record Registered(StoredVersion version) implements KeyringEvent {}

    /** PREPARED to ACTIVE, and the one that was ACTIVE to RETIRED. */
    record Activated(VersionId version, long epoch, Instant at) implements OfVersion {}

    /** A PREPARED version is to become ACTIVE at a time. */
    record Scheduled(VersionId version, Instant activateAt) implements OfVersion {}

    /** PREPARED to RETIRED. */
    record Retired(VersionId version, Instant at) implements OfVersion {}

    /** RETIRED to DISABLED. */
    record Disabled(VersionId version, Instant at) implements OfVersion {}

    /** DISABLED to RETIRED. */
    record Enabled(VersionId version) implements OfVersion {}

    /** The objects of a DISABLED version may be gone from now on. */
    record DestructionBegun(VersionId version, Instant at) implements OfVersion {}

    /** DISABLED to DESTROYED. */
    record Destroyed(VersionId version) implements OfVersion {}

    /** An operator vouched for another history. */
    record ProvenanceAccepted(VersionId version, Provenance provenance) implements OfVersion {}

    /** A version that wraps no more got a new canary. */
    record CanaryReplaced(VersionId version, byte[] canary) implements OfVersion {}

    /** A {@code key_id} was proved to be a version's. */
    record KeyIdLearned(VersionId version, KeyId keyId) implements OfVersion {}
}
