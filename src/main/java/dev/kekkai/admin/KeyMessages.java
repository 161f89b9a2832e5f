package dev.kekkai.admin;

import dev.kekkai.custody.Kek;
import dev.kekkai.id.KeyId;
import dev.kekkai.keyring.Change;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.wire.admin.v1.KeyChange;
import dev.kekkai.wire.admin.v1.KeyVersion;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Key versions as the admin API shows them: names and states, never a key. */
final class KeyMessages {
    /** What is on the token and not in the store. */
    private static final String UNREGISTERED = "UNREGISTERED";

    private KeyMessages() {}

    static KeyChange of(Change change) {
        KeyChange.Builder message =
                KeyChange.newBuilder().setChanged(change.changed()).setSaid(change.said());
        change.versions().forEach(version -> message.addVersions(of(version)));
        return message.build();
    }

    static KeyVersion of(StoredVersion version) {
        KeyVersion.Builder message = named(version.kek())
                .setState(version.state().name())
                .setCreatedMillis(version.created().toEpochMilli())
                .setActivateAtMillis(millis(version.activateAt()))
                .setRetiredMillis(millis(version.retired()))
                .setDisabledMillis(millis(version.disabled()))
                .setDestroyBegunMillis(millis(version.destroyBegun()))
                .setUsesReserved(version.usesReserved())
                .setLocal(version.provenance().local())
                .setAlwaysSensitive(version.provenance().alwaysSensitive())
                .setNeverExtractable(version.provenance().neverExtractable());
        Long epoch = version.epoch();
        if (epoch != null) {
            message.setEpoch(epoch)
                    .setKeyId(KeyId.of(version.kek().version(), epoch).value());
        }
        return message.build();
    }

    static KeyVersion unregistered(Kek kek) {
        return named(kek).setState(UNREGISTERED).build();
    }

    private static KeyVersion.Builder named(Kek kek) {
        return KeyVersion.newBuilder()
                .setNumber(kek.number())
                .setVersionId(kek.version().toString())
                .setMechanism(kek.mechanism().name());
    }

    private static long millis(@Nullable Instant time) {
        return time == null ? 0 : time.toEpochMilli();
    }
}
