package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_AES_GCM;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.config.HsmProfile.GcmCall;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.SealedBox;
import iaik.pkcs.pkcs11.wrapper.CK_GCM_MESSAGE_PARAMS;
import iaik.pkcs.pkcs11.wrapper.CK_GCM_PARAMS;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ways in which makes of HSM encrypt by AES-GCM. Whoever makes the IV, it comes out beside the box, and all of them decrypt by
 * {@code CKM_AES_GCM} with that IV: what one wrote, another one's token opens.
 */
enum GcmStyle {
    /** We make the IV. */
    CALLER(CKM_AES_GCM) {
        @Override
        SealedBox encrypt(Pkcs11Session session, long key, byte[] iv, byte[] associatedData, byte[] data)
                throws PKCS11Exception, Unavailable {
            byte[] box = session.encrypt(mechanism(CKM_AES_GCM, iv, associatedData), key, data);
            return new SealedBox(iv, exactly(data.length + TAG, box));
        }
    },
    /** We make the IV, and the module hands the tag over beside the ciphertext (PKCS#11 v3.0 §5.9). */
    CALLER_BY_MESSAGE(CKM_AES_GCM) {
        @Override
        SealedBox encrypt(Pkcs11Session session, long key, byte[] iv, byte[] associatedData, byte[] data)
                throws PKCS11Exception, Unavailable {
            CK_GCM_MESSAGE_PARAMS message = new CK_GCM_MESSAGE_PARAMS();
            message.pIv = iv;
            message.pTag = new byte[TAG];
            byte[] ciphertext =
                    session.encryptMessage(Attributes.mechanism(CKM_AES_GCM, null), key, message, associatedData, data);
            byte[] box = ByteBuffer.allocate(data.length + TAG)
                    .put(exactly(data.length, ciphertext))
                    .put(exactly(TAG, message.pTag))
                    .array();
            return new SealedBox(iv, box);
        }
    },
    /** The module makes an IV of 16 bytes and leaves it after ciphertext and tag. It wants none from us. */
    MODULE_APPENDED(CKM_AES_GCM) {
        @Override
        SealedBox encrypt(Pkcs11Session session, long key, byte[] unused, byte[] associatedData, byte[] data)
                throws PKCS11Exception, Unavailable {
            int sealed = data.length + TAG;
            byte[] answer = exactly(
                    sealed + APPENDED_IV, session.encrypt(mechanism(CKM_AES_GCM, null, associatedData), key, data));
            return new SealedBox(
                    made(Arrays.copyOfRange(answer, sealed, answer.length)), Arrays.copyOf(answer, sealed));
        }
    },
    /** The module makes an IV of 12 bytes and puts it before the ciphertext. It wants none from us. */
    MODULE_PREPENDED(GcmStyle.CKM_CLOUDHSM_AES_GCM) {
        @Override
        SealedBox encrypt(Pkcs11Session session, long key, byte[] unused, byte[] associatedData, byte[] data)
                throws PKCS11Exception, Unavailable {
            byte[] answer = exactly(
                    PREPENDED_IV + data.length + TAG,
                    session.encrypt(mechanism(CKM_CLOUDHSM_AES_GCM, null, associatedData), key, data));
            return new SealedBox(
                    made(Arrays.copyOf(answer, PREPENDED_IV)), Arrays.copyOfRange(answer, PREPENDED_IV, answer.length));
        }
    };

    /** AWS CloudHSM's {@code CKM_VENDOR_DEFINED | CKM_AES_GCM}. */
    static final long CKM_CLOUDHSM_AES_GCM = 0x80001087L;

    static final int TAG = 16;
    private static final int APPENDED_IV = 16;
    private static final int PREPENDED_IV = 12;

    private final long encryption;

    GcmStyle(long encryption) {
        this.encryption = encryption;
    }

    static GcmStyle of(HsmProfile profile) {
        return switch (profile.ivRule()) {
            case CALLER -> profile.gcmCall() == GcmCall.ENCRYPT ? CALLER : CALLER_BY_MESSAGE;
            case MODULE_APPENDED -> MODULE_APPENDED;
            case MODULE_PREPENDED -> MODULE_PREPENDED;
        };
    }

    /** For people. */
    String describe() {
        return switch (this) {
            case CALLER -> "with Kekkai's IV";
            case CALLER_BY_MESSAGE -> "with Kekkai's IV, by C_EncryptMessage";
            case MODULE_APPENDED -> "with the HSM's IV, which it appends";
            case MODULE_PREPENDED -> "with the HSM's IV, which it prepends";
        };
    }

    /** The {@code CKM_} that encrypts. */
    long encryption() {
        return encryption;
    }

    /**
     * Encrypts and takes apart what comes back.
     *
     * @param iv fresh and random, for those that take ours
     */
    abstract SealedBox encrypt(Pkcs11Session session, long key, byte[] iv, byte[] associatedData, byte[] data)
            throws PKCS11Exception, Unavailable;

    /** An IV of ours, random. */
    static byte[] freshIv(SecureRandom random, int length) {
        byte[] iv = new byte[length];
        random.nextBytes(iv);
        return iv;
    }

    static byte[] decrypt(Pkcs11Session session, long key, byte[] associatedData, SealedBox box)
            throws PKCS11Exception {
        return session.decrypt(mechanism(CKM_AES_GCM, box.iv(), associatedData), key, box.box());
    }

    private static CK_MECHANISM mechanism(long type, byte @Nullable [] iv, byte[] associatedData) {
        CK_GCM_PARAMS parameters = new CK_GCM_PARAMS();
        parameters.pIv = iv;
        parameters.pAAD = associatedData;
        parameters.ulTagBits = TAG * 8L;
        return Attributes.mechanism(type, parameters);
    }

    /** A module under another rule than the profile's gives itself away by the length; its answer is not to be stored. */
    private static byte[] exactly(int length, byte[] answer) throws Unavailable {
        if (answer.length != length) {
            throw new Unavailable("the HSM answered an AES-GCM encryption with " + answer.length + " bytes instead of "
                    + length + ": the profile's iv does not say who makes the IV of this token");
        }
        return answer;
    }

    /** An IV that was not written would be the same again next time. */
    private static byte[] made(byte[] iv) throws Unavailable {
        if (Arrays.equals(iv, new byte[iv.length])) {
            throw new Unavailable(
                    "the HSM answered with an IV of zeros: it did not make one; nothing was sealed with it");
        }
        return iv;
    }
}
