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
    /** The operation codes too: a session in which an operation was left half done serves nobody else. */
    private static final Set<Long> SESSION_LOST = Set.of(
            CKR_SESSION_HANDLE_INVALID,
            CKR_SESSION_CLOSED,
            CKR_KEY_HANDLE_INVALID,
            CKR_OBJECT_HANDLE_INVALID,
            CKR_OPERATION_ACTIVE,
            CKR_OPERATION_NOT_INITIALIZED);

    private static final Set<Long> TOKEN_GONE = Set.of(
            CKR_DEVICE_ERROR,
            CKR_DEVICE_REMOVED,
            CKR_TOKEN_NOT_PRESENT,
            CKR_TOKEN_NOT_RECOGNIZED,
            CKR_SLOT_ID_INVALID,
            CKR_CRYPTOKI_NOT_INITIALIZED);
    /** Lengths and parameters that come from a caller: if they counted against the token, a caller could have it taken for lost. */
    private static final Set<Long> OF_THE_CALL =
            Set.of(CKR_DATA_INVALID, CKR_DATA_LEN_RANGE, CKR_MECHANISM_PARAM_INVALID, CKR_KEY_FUNCTION_NOT_PERMITTED);

    private static final Set<Long> PIN_REFUSED = Set.of(
            CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED, CKR_PIN_LOCKED, CKR_PIN_TOO_WEAK);

    private static final Set<Long> CANNOT_GENERATE = Set.of(
            CKR_FUNCTION_NOT_SUPPORTED,
            CKR_MECHANISM_INVALID,
            CKR_MECHANISM_PARAM_INVALID,
            CKR_TEMPLATE_INCONSISTENT,
            CKR_TEMPLATE_INCOMPLETE,
            CKR_ATTRIBUTE_TYPE_INVALID,
            CKR_ATTRIBUTE_VALUE_INVALID,
            CKR_ATTRIBUTE_READ_ONLY,
            CKR_KEY_SIZE_RANGE,
            CKR_ACTION_PROHIBITED,
            CKR_TOKEN_WRITE_PROTECTED);

    private Ckr() {}

    /** The standard's name, for example {@code CKR_DEVICE_REMOVED}. */
    static String name(PKCS11Exception e) {
        return PKCS11Constants.ckrCodeToName(e.getErrorCode());
    }

    /** A token that would not generate a key may have meant the template. */
    static boolean maybeOfTheTemplate(PKCS11Exception e) {
        return CANNOT_GENERATE.contains(e.getErrorCode()) || e.getErrorCode() == CKR_GENERAL_ERROR;
    }

    /** The ciphertext or its tag is wrong; the token itself is well. */
    static boolean badTag(PKCS11Exception e) {
        return BAD_TAG.contains(e.getErrorCode());
    }

    /** Whose failure it is. What is left over, {@code CKR_GENERAL_ERROR} and vendors' own codes among it, is {@link Rung#UNCLEAR}. */
    static Rung rung(PKCS11Exception e) {
        long code = e.getErrorCode();
        if (SESSION_LOST.contains(code)) {
            return Rung.SESSION_LOST;
        }
        if (TOKEN_GONE.contains(code)) {
            return Rung.TOKEN_GONE;
        }
        if (code == CKR_USER_NOT_LOGGED_IN) {
            return Rung.LOGIN_LOST;
        }
        if (OF_THE_CALL.contains(code)) {
            return Rung.OF_THE_CALL;
        }
        return code == CKR_SESSION_COUNT ? Rung.NO_SESSION_FREE : Rung.UNCLEAR;
    }

    /** Whether it is an answer about what was asked, as far as the code tells, and not about session, login or token. */
    static boolean aboutTheQuestion(PKCS11Exception e) {
        Rung rung = rung(e);
        return rung == Rung.UNCLEAR || rung == Rung.OF_THE_CALL;
    }

    /** The token, or this template, is not made for generating keys; it is well, and trying again changes nothing. */
    static boolean cannotGenerate(PKCS11Exception e) {
        return CANNOT_GENERATE.contains(e.getErrorCode());
    }

    /** The token judged the PIN. Trying again only brings its lock nearer. */
    static boolean pinRefused(PKCS11Exception e) {
        return PIN_REFUSED.contains(e.getErrorCode());
    }
}
