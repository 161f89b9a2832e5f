package dev.kekkai.admin.rest;

import dev.kekkai.admin.ServerFacts;
import dev.kekkai.admin.rest.view.ChangeView;
import dev.kekkai.admin.rest.view.HealthView;
import dev.kekkai.admin.rest.view.HsmView;
import dev.kekkai.admin.rest.view.KeyringSummary;
import dev.kekkai.admin.rest.view.RotationView;
import dev.kekkai.admin.rest.view.UnregisteredView;
import dev.kekkai.admin.rest.view.VersionView;
import dev.kekkai.custody.CustodyState;
import dev.kekkai.custody.Kek;
import dev.kekkai.dek.Health;
import dev.kekkai.id.KeyId;
import dev.kekkai.keyring.Change;
import dev.kekkai.keyring.Snapshot;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says what the services know in the words of the API. */
final class Views {
    private Views() {}

    static VersionView of(StoredVersion version) {
        return new VersionView(
                version.kek().number(),
                version.kek().version().toString(),
                version.kek().mechanism().name(),
                version.state().name(),
                version.epoch(),
                keyId(version),
                version.created().toString(),
                time(version.activateAt()),
                time(version.retired()),
                time(version.disabled()),
                time(version.destroyBegun()),
                version.usesReserved(),
                new VersionView.Origin(
                        version.provenance().local(),
                        version.provenance().alwaysSensitive(),
                        version.provenance().neverExtractable()));
    }

    static UnregisteredView of(Kek kek) {
        return new UnregisteredView(
                kek.number(), kek.version().toString(), kek.mechanism().name());
    }

    static ChangeView of(Change change) {
        return new ChangeView(
                change.changed(),
                change.said(),
                change.versions().stream().map(Views::of).toList());
    }

    /** How far the rotation to a version is, among all of its keyring. */
    static RotationView rotation(StoredVersion version, Collection<StoredVersion> all, Instant now) {
        Instant at = version.activateAt();
        int stillOpening = (int) all.stream()
                .filter(other -> other.kek().number() < version.kek().number() && other.state() == KeyState.RETIRED)
                .count();
        return new RotationView(
                version.kek().number(),
                state(version),
                time(at),
                at == null ? null : Math.max(0, Duration.between(now, at).toSeconds()),
                keyId(version),
                stillOpening);
    }

    private static String state(StoredVersion version) {
        if (version.state() == KeyState.PREPARED) {
            return version.activateAt() == null ? "PREPARED" : "SCHEDULED";
        }
        return version.state() == KeyState.ACTIVE || version.epoch() != null ? "DONE" : "CALLED_OFF";
    }

    static KeyringSummary keyring(Snapshot snapshot, Instant now) {
        Map<String, Integer> states = new LinkedHashMap<>();
        for (KeyState state : KeyState.values()) {
            states.put(state.name(), (int) snapshot.versions().values().stream()
                    .filter(version -> version.state() == state)
                    .count());
        }
        RotationView scheduled = snapshot.versions().values().stream()
                .filter(version -> version.activateAt() != null)
                .min(Comparator.comparing(version -> version.kek().number()))
                .map(version -> rotation(version, snapshot.versions().values(), now))
                .orElse(null);
        return new KeyringSummary(
                snapshot.tenant().toString(),
                snapshot.lineage().toString(),
                snapshot.keyId().value(),
                snapshot.epoch(),
                snapshot.active().kek().number(),
                snapshot.active().kek().mechanism().name(),
                snapshot.active().usesReserved(),
                states,
                scheduled);
    }

    static HealthView health(ServedParts parts) {
        Health health = parts.keyring().health();
        return new HealthView(
                health instanceof Health.Healthy,
                health instanceof Health.Unhealthy unhealthy ? unhealthy.reason() : "",
                health.age().toMillis(),
                parts.storeProblem());
    }

    static HsmView hsm(ServerFacts.TokenFacts token, CustodyState state) {
        return new HsmView(
                new HsmView.TokenView(
                        token.label(),
                        token.serial(),
                        token.manufacturer(),
                        token.model(),
                        token.firmware(),
                        token.software(),
                        token.sealing(),
                        token.selfTest()),
                state.link().name(),
                state.reason(),
                state.since().toMillis(),
                state.sessions(),
                state.sessionsOpen(),
                state.stuck(),
                state.mostStuck());
    }

    private static @Nullable String keyId(StoredVersion version) {
        Long epoch = version.epoch();
        return epoch == null ? null : KeyId.of(version.kek().version(), epoch).value();
    }

    static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
