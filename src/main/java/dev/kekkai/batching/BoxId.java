package dev.kekkai.batching;

import dev.kekkai.envelope.Envelope;
import dev.kekkai.id.VersionId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which box an envelope has: two that have the same one share an open of it.
 *
 * @param version whose key opens it
 * @param hash SHA-256 over header, IV and box, each lengths and all; nobody can make two boxes that have the same
 */
record BoxId(VersionId version, ByteBuffer hash) {
    static BoxId of(Envelope.Batch envelope) {
        byte[] iv = envelope.iv();
        MessageDigest digest = sha256();
        digest.update(envelope.header().encode());
        digest.update((byte) iv.length);
        digest.update(iv);
        return new BoxId(envelope.header().version(), ByteBuffer.wrap(digest.digest(envelope.box())));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
