package dev.kekkai.authority;

import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares rows with what follows from the chain, and takes from them the one thing that does not: the uses. */
final class Rows {
    private Rows() {}

    /** The first thing in which the rows are not what the chain says, for a person. */
    static Optional<String> difference(Map<TenantId, StoredKeyring> proved, List<StoredKeyring> rows) {
        for (StoredKeyring row : rows) {
            StoredKeyring expected = proved.get(row.tenant());
            if (expected == null) {
                return Optional.of("the keyring of tenant " + row.tenant() + " was added");
            }
            Optional<String> found = difference(expected, row);
            if (found.isPresent()) {
                return found;
            }
        }
        return proved.keySet().stream()
                .filter(tenant -> rows.stream().noneMatch(row -> row.tenant().equals(tenant)))
                .findFirst()
                .map(tenant -> "the keyring of tenant " + tenant + " was removed");
    }

    private static Optional<String> difference(StoredKeyring expected, StoredKeyring row) {
        if (!row.lineage().equals(expected.lineage())) {
            return Optional.of("tenant " + row.tenant() + " was given the keyring " + row.lineage()
                    + " in place of its own, " + expected.lineage());
        }
        if (row.epochFloor() != expected.epochFloor()) {
            return Optional.of("the epoch floor of tenant " + row.tenant() + " was changed from "
                    + expected.epochFloor() + " to " + row.epochFloor());
        }
        Map<VersionId, StoredVersion> missing = new HashMap<>();
        expected.versions().forEach(version -> missing.put(version.kek().version(), version));
        for (StoredVersion version : row.versions()) {
            StoredVersion proved = missing.remove(version.kek().version());
            if (proved == null) {
                return Optional.of("key version " + named(version) + " was added");
            }
            List<String> changed = changed(proved, version);
            if (!changed.isEmpty()) {
                return Optional.of("of key version " + named(proved) + " was changed: " + String.join(", ", changed));
            }
        }
        if (!missing.isEmpty()) {
            return Optional.of(
                    "key version " + named(missing.values().iterator().next()) + " was removed");
        }
        return row.learnedKeyIds().equals(expected.learnedKeyIds())
                ? Optional.empty()
                : Optional.of("the learned key_ids of tenant " + row.tenant() + " were changed");
    }

    private static String named(StoredVersion version) {
        return version.kek().number() + " (" + version.kek().version() + ")";
    }

    private static List<String> changed(StoredVersion proved, StoredVersion row) {
        List<String> changed = new ArrayList<>();
        compare(changed, "number or mechanism", proved.kek(), row.kek());
        compare(changed, "state", proved.state(), row.state());
        compare(changed, "epoch", proved.epoch(), row.epoch());
        compare(changed, "provenance", proved.provenance(), row.provenance());
        compare(changed, "canary", ByteBuffer.wrap(proved.canary()), ByteBuffer.wrap(row.canary()));
        compare(changed, "time of creation", proved.created(), row.created());
        compare(changed, "time of activation", proved.activateAt(), row.activateAt());
        compare(changed, "time of retirement", proved.retired(), row.retired());
        compare(changed, "time of disabling", proved.disabled(), row.disabled());
        compare(changed, "begun destruction", proved.destroyBegun(), row.destroyBegun());
        return changed;
    }

    private static void compare(List<String> changed, String what, @Nullable Object proved, @Nullable Object row) {
        if (!Objects.equals(proved, row)) {
            changed.add(what);
        }
    }

    /** What follows from the chain, with the uses that the rows tell, where they tell any. */
    static List<StoredKeyring> withUses(Map<TenantId, StoredKeyring> proved, List<StoredKeyring> rows) {
        Map<VersionId, Long> uses = new HashMap<>();
        rows.forEach(row -> row.versions()
                .forEach(version -> uses.merge(version.kek().version(), version.usesReserved(), Math::max)));
        return proved.values().stream()
                .map(keyring -> new StoredKeyring(
                        keyring.tenant(),
                        keyring.lineage(),
                        keyring.epochFloor(),
                        keyring.versions().stream()
                                .map(version -> withUses(
                                        version, uses.getOrDefault(version.kek().version(), 0L)))
                                .toList(),
                        keyring.learnedKeyIds()))
                .toList();
    }

    static StoredVersion withUses(StoredVersion version, long uses) {
        return new StoredVersion(
                version.kek(),
                version.state(),
                version.epoch(),
                version.provenance(),
                version.canary(),
                version.created(),
                version.activateAt(),
                version.retired(),
                version.disabled(),
                version.destroyBegun(),
                uses);
    }
}
