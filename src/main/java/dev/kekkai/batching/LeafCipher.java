package dev.kekkai.batching;

import dev.kekkai.secret.Secret;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM of leaves in the JDK (SP 800-38D), for one thread.
 *
 * <p>A cipher of the JDK remembers its last key and that key's schedule until it is given another one, and zeroes both then (JDK 25,
 * {@code AESCrypt.makeSessionKey}, {@code GaloisCounterMode.init}). So it is given one, of public content, as soon as a batch is done.
 */
final class LeafCipher implements AutoCloseable {
    static final int TAG = 16;
    private static final int TAG_BITS = 8 * TAG;
    private static final int KEY = 32;

    private final Cipher cipher;
    private long wiped;

    LeafCipher() {
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES-GCM", e);
        }
    }

    /**
     * Seals a plaintext.
     *
     * @param iv 12 bytes, never used before with this key
     * @param out gets ciphertext and tag
     * @param at where in it
     */
    void seal(LeafKey key, byte[] iv, byte[] associatedData, byte[] plaintext, byte[] out, int at)
            throws GeneralSecurityException {
        cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, iv));
        cipher.updateAAD(associatedData);
        cipher.doFinal(plaintext, 0, plaintext.length, out, at);
    }

    /** Opens a leaf; what it yields belongs to the caller. */
    Secret open(LeafKey key, byte[] iv, byte[] associatedData, byte[] leaf) throws GeneralSecurityException {
        cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, iv));
        cipher.updateAAD(associatedData);
        return Secret.owning(cipher.doFinal(leaf));
    }

    /** Makes the cipher forget its key. A new dummy each time: to be given the last key again would change nothing. */
    @Override
    public void close() {
        byte[] dummy = ByteBuffer.allocate(KEY).putLong(++wiped).array();
        try {
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new LeafKey(Secret.owning(dummy)),
                    new GCMParameterSpec(TAG_BITS, new byte[TAG - Integer.BYTES]));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the cipher cannot be wiped", e);
        }
    }
}
