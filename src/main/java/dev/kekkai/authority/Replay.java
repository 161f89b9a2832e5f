package dev.kekkai.authority;

import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringEvent;
import dev.kekkai.store.KeyringEvent.Activated;
import dev.kekkai.store.KeyringEvent.Created;
import dev.kekkai.store.KeyringEvent.FloorRaised;
import dev.kekkai.store.KeyringEvent.KeyIdLearned;
import dev.kekkai.store.KeyringEvent.OfVersion;
import dev.kekkai.store.KeyringEvent.Registered;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an event makes of a keyring. The rules of a version's life are here and nowhere else; an event that breaks one is refused. */
final class Replay {
    private Replay() {}

    static StoredKeyring apply(Optional<StoredKeyring> before, TenantId tenant, KeyringEvent event)
            throws StoreException {
        if (event instanceof Created(Lineage lineage, long floor)) {
            if (before.isPresent()) {
                throw new StoreException("tenant " + tenant + " has a keyring already");
            }
            return new StoredKeyring(tenant, lineage, floor, List.of(), Map.of());
        }
        StoredKeyring keyring = before.orElseThrow(() -> noKeyring(tenant, event));
        return switch (event) {
            case Created created -> throw new IllegalStateException("handled above: " + created);
            case FloorRaised(long floor) ->
                keyring(keyring, Math.max(floor, keyring.epochFloor()), keyring.versions(), keyring.learnedKeyIds());
            case Registered(StoredVersion version) -> registered(keyring, version);
            case KeyIdLearned learned -> learned(keyring, learned);
            case Activated activated -> activated(keyring, activated);
            case OfVersion other -> changed(keyring, VersionSteps.after(keyring, other));
        };
    }

    private static StoreException noKeyring(TenantId tenant, KeyringEvent event) {
        return new StoreException("tenant " + tenant + " has no keyring"
                + (event instanceof Registered(StoredVersion version)
                        ? " of lineage " + version.kek().lineage()
                        : ""));
    }

    private static StoredKeyring keyring(
            StoredKeyring of, long floor, List<StoredVersion> versions, Map<KeyId, VersionId> learned) {
        return new StoredKeyring(of.tenant(), of.lineage(), floor, versions, learned);
    }

    private static StoredKeyring registered(StoredKeyring keyring, StoredVersion version) throws StoreException {
        if (!version.kek().lineage().equals(keyring.lineage())) {
            throw new StoreException("tenant " + keyring.tenant() + " has no keyring of lineage "
                    + version.kek().lineage());
        }
        for (StoredVersion other : keyring.versions()) {
            if (other.kek().number() == version.kek().number()
                    || other.kek().version().equals(version.kek().version())
                    || (version.epoch() != null && version.epoch().equals(other.epoch()))
                    || (version.state() == KeyState.ACTIVE && other.state() == KeyState.ACTIVE)) {
                throw new StoreException("version " + version.kek().version()
                        + " cannot be registered: its number, id, epoch or state is taken by version "
                        + other.kek().version());
            }
        }
        List<StoredVersion> versions = new ArrayList<>(keyring.versions());
        versions.add(version);
        versions.sort(Comparator.comparingInt(each -> each.kek().number()));
        return keyring(keyring, keyring.epochFloor(), versions, keyring.learnedKeyIds());
    }

    private static StoredKeyring learned(StoredKeyring keyring, KeyIdLearned learned) throws StoreException {
        VersionSteps.find(keyring, learned.version());
        Map<KeyId, VersionId> all = new HashMap<>(keyring.learnedKeyIds());
        all.putIfAbsent(learned.keyId(), learned.version());
        return keyring(keyring, keyring.epochFloor(), keyring.versions(), all);
    }

    private static StoredKeyring activated(StoredKeyring keyring, Activated activated) throws StoreException {
        Optional<StoredVersion> next = keyring.versions().stream()
                .filter(version -> version.kek().version().equals(activated.version()))
                .filter(version -> version.state() == KeyState.PREPARED && version.epoch() == null)
                .findFirst();
        if (next.isEmpty()) {
            throw new StoreException("version " + activated.version()
                    + " cannot become ACTIVE: only a PREPARED version can, and only once");
        }
        if (activated.epoch() < keyring.nextEpoch()) {
            throw new StoreException("version " + activated.version() + " cannot become ACTIVE with the epoch "
                    + activated.epoch() + ": the next one is " + keyring.nextEpoch());
        }
        StoredKeyring without = keyring;
        for (StoredVersion version : keyring.versions()) {
            if (version.state() == KeyState.ACTIVE) {
                without = changed(without, VersionSteps.superseded(version, activated.at()));
            }
        }
        return changed(without, VersionSteps.activated(next.get(), activated.epoch()));
    }

    private static StoredKeyring changed(StoredKeyring keyring, StoredVersion now) {
        return keyring(
                keyring,
                keyring.epochFloor(),
                keyring.versions().stream()
                        .map(version -> version.kek().version().equals(now.kek().version()) ? now : version)
                        .toList(),
                keyring.learnedKeyIds());
    }
}
