package dev.kekkai.admin;

import dev.kekkai.id.KeyId;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.wire.admin.v1.KeyVersion;

/** Key versions as the admin API shows them: names and states, never a key. */
public final class KeyMessages {
    private KeyMessages() {}

    public static KeyVersion of(StoredVersion version) {
        KeyVersion.Builder message = KeyVersion.newBuilder()
                .setNumber(version.kek().number())
                .setVersionId(version.kek().version().toString())
                .setState(version.state().name())
                .setMechanism(version.kek().mechanism().name())
                .setCreatedMillis(version.created().toEpochMilli())
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
}
