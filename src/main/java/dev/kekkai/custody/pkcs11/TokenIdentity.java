package dev.kekkai.custody.pkcs11;

import iaik.pkcs.pkcs11.wrapper.CK_TOKEN_INFO;
import java.util.Locale;
import org.xipki.pkcs11.wrapper.PKCS11Constants;

/**
 * What a token says it is ({@code CK_TOKEN_INFO}, PKCS#11 v3.0 §3.3), blanks trimmed.
 *
 * @param slot the slot id it was found in
 * @param flags {@code CKF_} bits
 */
public record TokenIdentity(
        long slot, String label, String serial, String manufacturer, String model, String firmware, long flags) {
    static TokenIdentity of(long slot, CK_TOKEN_INFO info) {
        return new TokenIdentity(
                slot,
                text(info.label),
                text(info.serialNumber),
                text(info.manufacturerID),
                text(info.model),
                (info.firmwareVersion.major & 0xFF) + "." + (info.firmwareVersion.minor & 0xFF),
                info.flags);
    }

    /** Whether it is known to be software, whatever the profile says. */
    boolean knownSoftware() {
        String who = (manufacturer + " " + model).toLowerCase(Locale.ROOT);
        return who.contains("softhsm")
                || who.contains("mozilla")
                || who.contains("nss")
                || who.contains("soft token")
                || who.contains("softtok");
    }

    boolean userPinLocked() {
        return has(PKCS11Constants.CKF_USER_PIN_LOCKED);
    }

    /** A wrong PIN was entered since the last good one. */
    boolean userPinCountLow() {
        return has(PKCS11Constants.CKF_USER_PIN_COUNT_LOW);
    }

    boolean userPinFinalTry() {
        return has(PKCS11Constants.CKF_USER_PIN_FINAL_TRY);
    }

    private boolean has(long flag) {
        return (flags & flag) != 0;
    }

    private static String text(char[] padded) {
        return new String(padded).replace('\0', ' ').strip();
    }
}
