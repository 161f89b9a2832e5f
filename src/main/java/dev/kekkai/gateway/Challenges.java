package dev.kekkai.gateway;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.attestation.credential.WrappedCredential;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.secret.Secret;
import dev.kekkai.wire.gateway.v1.Challenge;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;

/** Makes challenges: a nonce, which PCRs to quote, and for an attestation a secret that one TPM alone can open. */
final class Challenges {
    private static final int SESSION_BYTES = 16;
    private static final int NONCE_BYTES = 32;
    private static final int SECRET_BYTES = 32;

    private final SecureRandom random;
    private final ProtocolVersion protocol;

    /** @param protocol what this gateway speaks */
    Challenges(SecureRandom random, ProtocolVersion protocol) {
        this.random = random;
        this.protocol = protocol;
    }

    /** What this gateway speaks. */
    ProtocolVersion protocol() {
        return protocol;
    }

    /** S: 32 random bytes, for one stream. The caller destroys it. */
    Secret secret() {
        return Secret.owning(bytes(SECRET_BYTES));
    }

    /** With S wrapped for the EK, to be opened beside the key of that name. */
    byte[] attestation(EndorsementKey ek, byte[] akName, Secret secret, Selection selection, Instant now, Duration time)
            throws InvalidKeyException {
        WrappedCredential credential = WrappedCredential.make(ek.area(), akName, secret, random);
        return common(selection, now, time)
                .setCredentialBlob(ByteString.copyFrom(credential.credentialBlob()))
                .setEncryptedSecret(ByteString.copyFrom(credential.encryptedSecret()))
                .build()
                .toByteArray();
    }

    byte[] renewal(Selection selection, Instant now, Duration time) {
        return common(selection, now, time).build().toByteArray();
    }

    private Challenge.Builder common(Selection selection, Instant now, Duration time) {
        return Challenge.newBuilder()
                .setSession(ByteString.copyFrom(bytes(SESSION_BYTES)))
                .setNonce(ByteString.copyFrom(bytes(NONCE_BYTES)))
                .setBank(selection.bank().id())
                .addAllPcrs(selection.pcrs())
                .setExpiresMillis(now.plus(time).toEpochMilli())
                .setProtocol(protocol.wire());
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
