package dev.kekkai.batching;

import dev.kekkai.secret.Secret;
import javax.crypto.SecretKey;

/**
 * A batch key as the JDK's ciphers take it. {@code SecretKeySpec} keeps a copy that its {@code destroy} does not wipe; this one keeps none, and
 * the copies it hands out are wiped by the cipher that asked for them.
 */
@SuppressWarnings("serial")
final class LeafKey implements SecretKey {
    private final transient Secret key;

    LeafKey(Secret key) {
        this.key = key;
    }

    @Override
    public String getAlgorithm() {
        return "AES";
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public byte[] getEncoded() {
        return key.lent().clone();
    }

    @Override
    public void destroy() {
        key.destroy();
    }

    @Override
    public boolean isDestroyed() {
        return key.isDestroyed();
    }

    @Override
    public String toString() {
        return "LeafKey[" + key.length() + " bytes]";
    }
}
