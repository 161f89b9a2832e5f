package dev.kekkai.authority;

import dev.kekkai.custody.Provenance;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringEvent.Activated;
import dev.kekkai.store.KeyringEvent.CanaryReplaced;
import dev.kekkai.store.KeyringEvent.Destroyed;
import dev.kekkai.store.KeyringEvent.DestructionBegun;
import dev.kekkai.store.KeyringEvent.Disabled;
import dev.kekkai.store.KeyringEvent.Enabled;
import dev.kekkai.store.KeyringEvent.KeyIdLearned;
import dev.kekkai.store.KeyringEvent.OfVersion;
import dev.kekkai.store.KeyringEvent.ProvenanceAccepted;
import dev.kekkai.store.KeyringEvent.Retired;
import dev.kekkai.store.KeyringEvent.Scheduled;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an event makes of one version. Each step names the states that it starts from, so that none can be taken twice or out of turn. */
final class VersionSteps {
    private VersionSteps() {}

    static StoredVersion after(StoredKeyring keyring, OfVersion event) throws StoreException {
        StoredVersion version = find(keyring, event.version());
        return switch (event) {
            case Scheduled(VersionId id, Instant at) -> {
                refuseSecond(keyring, id);
                StoredVersion from = from(version, "set the time of activation of", KeyState.PREPARED);
                yield step(from, from.state(), at, from.retired(), from.disabled(), from.destroyBegun());
            }
            case Retired(VersionId id, Instant at) -> {
                StoredVersion from = from(version, "retire", KeyState.PREPARED);
                yield step(from, KeyState.RETIRED, null, at, from.disabled(), from.destroyBegun());
            }
            case Disabled(VersionId id, Instant at) -> {
                StoredVersion from = from(version, "disable", KeyState.RETIRED);
                yield step(from, KeyState.DISABLED, from.activateAt(), from.retired(), at, from.destroyBegun());
            }
            case Enabled(VersionId id) -> {
                StoredVersion from = from(version, "enable", KeyState.DISABLED);
                yield step(from, KeyState.RETIRED, from.activateAt(), from.retired(), null, null);
            }
            case DestructionBegun(VersionId id, Instant at) -> {
                StoredVersion from = from(version, "begin to destroy", KeyState.DISABLED);
                Instant since = from.destroyBegun() == null ? at : from.destroyBegun();
                yield step(from, from.state(), from.activateAt(), from.retired(), from.disabled(), since);
            }
            case Destroyed(VersionId id) -> {
                StoredVersion from = from(version, "destroy", KeyState.DISABLED);
                if (from.destroyBegun() == null) {
                    throw outOfTurn(id, "destroy");
                }
                yield step(
                        from,
                        KeyState.DESTROYED,
                        from.activateAt(),
                        from.retired(),
                        from.disabled(),
                        from.destroyBegun());
            }
            case ProvenanceAccepted(VersionId id, Provenance now) ->
                with(
                        from(
                                version,
                                "record the history of",
                                KeyState.PREPARED,
                                KeyState.ACTIVE,
                                KeyState.RETIRED,
                                KeyState.DISABLED),
                        now,
                        version.canary());
            case CanaryReplaced(VersionId id, byte[] canary) ->
                with(
                        from(version, "replace the canary of", KeyState.RETIRED, KeyState.DISABLED),
                        version.provenance(),
                        canary);
            case Activated ignored -> throw new IllegalStateException("concerns two versions");
            case KeyIdLearned ignored -> throw new IllegalStateException("changes no version");
        };
    }

    static StoredVersion find(StoredKeyring keyring, VersionId id) throws StoreException {
        return keyring.versions().stream()
                .filter(version -> version.kek().version().equals(id))
                .findFirst()
                .orElseThrow(() -> new StoreException("tenant " + keyring.tenant() + " has no key version " + id));
    }

    private static void refuseSecond(StoredKeyring keyring, VersionId id) throws StoreException {
        for (StoredVersion other : keyring.versions()) {
            if (other.activateAt() != null && !other.kek().version().equals(id)) {
                throw new StoreException("cannot set the time of activation of version " + id + ": version "
                        + other.kek().version() + " waits for its own");
            }
        }
    }

    private static StoredVersion from(StoredVersion version, String what, KeyState... states) throws StoreException {
        if (!Set.of(states).contains(version.state())) {
            throw outOfTurn(version.kek().version(), what);
        }
        return version;
    }

    private static StoreException outOfTurn(VersionId id, String what) {
        return new StoreException("cannot " + what + " version " + id
                + ": it is not in the state that this starts from; 'kekkai key list' shows it");
    }

    static StoredVersion superseded(StoredVersion version, Instant at) {
        return step(version, KeyState.RETIRED, version.activateAt(), at, version.disabled(), version.destroyBegun());
    }

    static StoredVersion activated(StoredVersion version, long epoch) {
        return new StoredVersion(
                version.kek(),
                KeyState.ACTIVE,
                epoch,
                version.provenance(),
                version.canary(),
                version.created(),
                null,
                version.retired(),
                version.disabled(),
                version.destroyBegun(),
                version.usesReserved());
    }

    private static StoredVersion step(
            StoredVersion version,
            KeyState state,
            @Nullable Instant activateAt,
            @Nullable Instant retired,
            @Nullable Instant disabled,
            @Nullable Instant destroyBegun) {
        return new StoredVersion(
                version.kek(),
                state,
                version.epoch(),
                version.provenance(),
                version.canary(),
                version.created(),
                activateAt,
                retired,
                disabled,
                destroyBegun,
                version.usesReserved());
    }

    private static StoredVersion with(StoredVersion version, Provenance provenance, byte[] canary) {
        return new StoredVersion(
                version.kek(),
                version.state(),
                version.epoch(),
                provenance,
                canary,
                version.created(),
                version.activateAt(),
                version.retired(),
                version.disabled(),
                version.destroyBegun(),
                version.usesReserved());
    }
}
