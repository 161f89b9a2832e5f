package dev.kekkai.custody.pkcs11;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.secret.Secret;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Mechanism 1: {@code CKM_AES_GCM} (SP 800-38D) with a 16-byte tag at the end of the box, and an IV made by us or by
 * the module as the profile says.
 */
final class AesGcm implements SealingMechanism {
    private final GcmStyle style;
    private final int ivLength;
    private final TagCodes tagCodes;
    private final SecureRandom random;

    AesGcm(HsmProfile profile, TagCodes tagCodes, SecureRandom random) {
        this.style = GcmStyle.of(profile);
        this.ivLength = profile.ivRule().length();
        this.tagCodes = tagCodes;
        this.random = random;
    }

    @Override
    public SealedBox seal(Pkcs11Session session, Kek kek, byte[] associatedData, Secret plaintext)
            throws PKCS11Exception, CustodyException {
        return encrypt(session, session.key(kek, KeyRole.CIPHER), associatedData, plaintext.lent());
    }

    private SealedBox encrypt(Pkcs11Session session, long key, byte[] associatedData, byte[] data)
            throws PKCS11Exception, Unavailable {
        return style.encrypt(session, key, GcmStyle.freshIv(random, ivLength), associatedData, data);
    }

    @Override
    public Secret open(Pkcs11Session session, Kek kek, byte[] associatedData, SealedBox box)
            throws PKCS11Exception, CustodyException {
        if (box.box().length < GcmStyle.TAG) {
            // Modules answer CKR_ARGUMENTS_BAD and the like, which would pass for a fault of the HSM.
            throw SealingMechanism.notAuthentic(kek);
        }
        long key = session.key(kek, KeyRole.CIPHER);
        try {
            return decrypted(session, kek, key, associatedData, box);
        } catch (PKCS11Exception e) {
            if (!tagCodes.ambiguous(e) || !stillWorks(session, kek, key)) {
                throw e;
            }
        }
        return onceMore(session, kek, key, associatedData, box);
    }

    private static Secret decrypted(Pkcs11Session session, Kek kek, long key, byte[] associatedData, SealedBox box)
            throws PKCS11Exception, CustodyException {
        try {
            return Secret.owning(GcmStyle.decrypt(session, key, associatedData, box));
        } catch (PKCS11Exception e) {
            if (Ckr.badTag(e)) {
                throw SealingMechanism.notAuthentic(kek);
            }
            throw e;
        }
    }

    /** The witness opened, but perhaps only because a fault had passed in between: nothing is called forged that was not refused by a sound token. */
    private Secret onceMore(Pkcs11Session session, Kek kek, long key, byte[] associatedData, SealedBox box)
            throws PKCS11Exception, CustodyException {
        try {
            return decrypted(session, kek, key, associatedData, box);
        } catch (PKCS11Exception e) {
            if (tagCodes.ambiguous(e)) {
                throw SealingMechanism.notAuthentic(kek);
            }
            throw e;
        }
    }

    /**
     * Some tokens report a bad tag with the code of a device fault. Opening a witness in the same session with the same key tells them apart.
     *
     * <p>The witness is sealed once in a session's life, so that forged ciphertexts cannot make the KEK encrypt without being counted.
     */
    private boolean stillWorks(Pkcs11Session session, Kek kek, long key) throws CustodyException {
        byte[] none = {};
        try {
            SealedBox known = session.witness(kek.version());
            if (known == null) {
                known = encrypt(session, key, none, kek.version().bytes());
                session.keepWitness(kek.version(), known);
            }
            return Arrays.equals(
                    GcmStyle.decrypt(session, key, none, known), kek.version().bytes());
        } catch (PKCS11Exception e) {
            throw new Unavailable(
                    "the HSM failed to decrypt, and then failed to decrypt what it had made itself: " + Ckr.name(e), e);
        }
    }
}
