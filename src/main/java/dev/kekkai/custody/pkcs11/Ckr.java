package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.Set;
import org.xipki.pkcs11.wrapper.PKCS11Constants;

/** {@code CK_RV} codes (PKCS#11 v3.0 §5.1) by what they mean for us. */
final class Ckr {
    private static final Set<Long> BAD_TAG = Set.of(
            CKR_ENCRYPTED_DATA_INVALID,
            CKR_ENCRYPTED_DATA_LEN_RANGE,
            CKR_AEAD_DECRYPT_FAILED,
            CKR_SIGNATURE_INVALID,
            CKR_SIGNATURE_LEN_RANGE);
    private static final Set<Long> SESSION_LOST =
            Set.of(CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_KEY_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID);
    private static final Set<Long> PIN_REFUSED = Set.of(
            CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED, CKR_PIN_LOCKED, CKR_PIN_TOO_WEAK);

    private Ckr() {}

    /** The standard's name, for example {@code CKR_DEVICE_REMOVED}. */
    static String name(PKCS11Exception e) {
        return PKCS11Constants.ckrCodeToName(e.getErrorCode());
    }

    /** The ciphertext or its tag is wrong; the token itself is well. */
    static boolean badTag(PKCS11Exception e) {
        return BAD_TAG.contains(e.getErrorCode());
    }

    /** The session, or a handle that was resolved in it, is no more; a new session may well work. */
    static boolean sessionLost(PKCS11Exception e) {
        return SESSION_LOST.contains(e.getErrorCode());
    }

    /** The token judged the PIN. Trying again only brings its lock nearer. */
    static boolean pinRefused(PKCS11Exception e) {
        return PIN_REFUSED.contains(e.getErrorCode());
    }
}
