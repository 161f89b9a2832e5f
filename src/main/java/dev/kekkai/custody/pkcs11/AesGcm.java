package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_AES_GCM;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.secret.Secret;
import iaik.pkcs.pkcs11.wrapper.CK_GCM_PARAMS;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.security.SecureRandom;
import java.util.Arrays;

/** Mechanism 1: {@code CKM_AES_GCM} (PKCS#11 v3.0 §6.10.1.5, SP 800-38D), with a random IV of ours and a 16-byte tag at the end of the box. */
final class AesGcm {
    private static final int TAG_BITS = 128;

    private final HsmProfile profile;
    private final SecureRandom random;

    AesGcm(HsmProfile profile, SecureRandom random) {
        this.profile = profile;
        this.random = random;
    }

    SealedBox seal(Pkcs11Session session, Kek kek, byte[] associatedData, Secret plaintext)
            throws PKCS11Exception, CustodyException {
        byte[] iv = new byte[profile.ivRule().length()];
        random.nextBytes(iv);
        byte[] box = session.encrypt(mechanism(iv, associatedData), session.aesKey(kek), plaintext.lent());
        return new SealedBox(iv, box);
    }

    Secret open(Pkcs11Session session, Kek kek, byte[] associatedData, SealedBox box)
            throws PKCS11Exception, CustodyException {
        if (box.box().length < TAG_BITS / 8) {
            // Modules answer CKR_ARGUMENTS_BAD and the like, which would pass for a fault of the HSM.
            throw notAuthentic(kek);
        }
        long key = session.aesKey(kek);
        try {
            return Secret.owning(session.decrypt(mechanism(box.iv(), associatedData), key, box.box()));
        } catch (PKCS11Exception e) {
            if (Ckr.badTag(e) || (profile.ambiguousTagCodes().contains(Ckr.name(e)) && stillWorks(session, kek, key))) {
                throw notAuthentic(kek);
            }
            throw e;
        }
    }

    private static NotAuthentic notAuthentic(Kek kek) {
        return new NotAuthentic("the ciphertext does not open under KEK " + kek.label()
                + ": it was changed after it was made, or never made by this key");
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
                byte[] iv = new byte[profile.ivRule().length()];
                random.nextBytes(iv);
                known = new SealedBox(
                        iv,
                        session.encrypt(mechanism(iv, none), key, kek.version().bytes()));
                session.keepWitness(kek.version(), known);
            }
            byte[] opened = session.decrypt(mechanism(known.iv(), none), key, known.box());
            return Arrays.equals(opened, kek.version().bytes());
        } catch (PKCS11Exception e) {
            throw new Unavailable(
                    "the HSM failed to decrypt, and then failed to decrypt what it had made itself: " + Ckr.name(e), e);
        }
    }

    private static CK_MECHANISM mechanism(byte[] iv, byte[] associatedData) {
        CK_GCM_PARAMS parameters = new CK_GCM_PARAMS();
        parameters.pIv = iv;
        parameters.pAAD = associatedData;
        parameters.ulTagBits = TAG_BITS;
        return Attributes.mechanism(CKM_AES_GCM, parameters);
    }
}
