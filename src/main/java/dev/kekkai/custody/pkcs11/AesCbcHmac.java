package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_AES_CBC;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_SHA256_HMAC;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.secret.Secret;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Mechanism 2, for tokens without AES-GCM: AES-256-CBC over PKCS#7 ({@code CKM_AES_CBC}, RFC 5652 §6.3), then HMAC-SHA-256
 * ({@code CKM_SHA256_HMAC}, RFC 2104) under a key of its own over {@code u32 length of AAD ‖ AAD ‖ iv ‖ ciphertext}. The box is ciphertext ‖ MAC.
 *
 * <p>Encrypt-then-MAC: all 32 bytes of the MAC are compared before anything is decrypted, so what did not come from this key never reaches
 * the cipher, and its padding is nobody's oracle.
 */
final class AesCbcHmac implements SealingMechanism {
    private static final int BLOCK = 16;
    private static final int MAC = 32;

    private final SecureRandom random;

    AesCbcHmac(SecureRandom random) {
        this.random = random;
    }

    @Override
    public SealedBox seal(Pkcs11Session session, Kek kek, byte[] associatedData, Secret plaintext)
            throws PKCS11Exception, CustodyException {
        byte[] iv = new byte[BLOCK];
        random.nextBytes(iv);
        byte[] padded = Pkcs7.pad(plaintext.lent(), BLOCK);
        try {
            byte[] ciphertext = exactly(
                    padded.length,
                    session.encrypt(Attributes.mechanism(CKM_AES_CBC, iv), session.key(kek, KeyRole.CIPHER), padded));
            byte[] box = Arrays.copyOf(ciphertext, ciphertext.length + MAC);
            System.arraycopy(mac(session, kek, associatedData, iv, ciphertext), 0, box, ciphertext.length, MAC);
            return new SealedBox(iv, box);
        } finally {
            Arrays.fill(padded, (byte) 0);
        }
    }

    @Override
    public Secret open(Pkcs11Session session, Kek kek, byte[] associatedData, SealedBox box)
            throws PKCS11Exception, CustodyException {
        int length = box.box().length - MAC;
        if (box.iv().length != BLOCK || length < BLOCK || length % BLOCK != 0) {
            throw SealingMechanism.notAuthentic(kek);
        }
        byte[] ciphertext = Arrays.copyOf(box.box(), length);
        byte[] claimed = Arrays.copyOfRange(box.box(), length, box.box().length);
        if (!MessageDigest.isEqual(claimed, mac(session, kek, associatedData, box.iv(), ciphertext))) {
            throw SealingMechanism.notAuthentic(kek);
        }
        byte[] padded = session.decrypt(
                Attributes.mechanism(CKM_AES_CBC, box.iv()), session.key(kek, KeyRole.CIPHER), ciphertext);
        try {
            // Only whoever has the MAC key gets here, so a padding that is wrong means two keys that do not belong
            // together.
            return Secret.owning(
                    Pkcs7.unpad(exactly(length, padded), BLOCK).orElseThrow(() -> SealingMechanism.notAuthentic(kek)));
        } finally {
            Arrays.fill(padded, (byte) 0);
        }
    }

    private static byte[] mac(Pkcs11Session session, Kek kek, byte[] associatedData, byte[] iv, byte[] ciphertext)
            throws PKCS11Exception, CustodyException {
        byte[] message = ByteBuffer.allocate(Integer.BYTES + associatedData.length + iv.length + ciphertext.length)
                .putInt(associatedData.length)
                .put(associatedData)
                .put(iv)
                .put(ciphertext)
                .array();
        return exactly(
                MAC, session.sign(Attributes.mechanism(CKM_SHA256_HMAC, null), session.key(kek, KeyRole.MAC), message));
    }

    private static byte[] exactly(int length, byte[] answer) throws Unavailable {
        if (answer.length != length) {
            throw new Unavailable("the HSM answered with " + answer.length + " bytes instead of " + length
                    + ": it does not do CKM_AES_CBC or CKM_SHA256_HMAC as PKCS#11 has them");
        }
        return answer;
    }
}
