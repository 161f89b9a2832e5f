package dev.kekkai.tpm;

import java.util.Locale;

/**
 * {@code TPM_RC} (Part 2 §6.6), decoded: {@link #toString} gives the TCG's name, and of format-one codes which handle, parameter or session
 * is meant, for example {@code TPM_RC_VALUE (0x2c4, parameter 2)}.
 *
 * @param value 32 bits as they came; the upper ones say who answered, if not the TPM itself
 */
public record ResponseCode(int value) {
    private static final int FORMAT_ONE = 0x080;
    private static final int OF_PARAMETER = 0x040;
    private static final int OF_SESSION = 0x800;
    private static final int WARNING = 0x900;
    private static final int RETRY = 0x922;
    private static final int YIELDED = 0x908;
    private static final int TESTING = 0x90A;

    /** Whether the TPM did nothing yet, and asks for the same command again. */
    public boolean putsOff() {
        return value == RETRY || value == YIELDED || value == TESTING;
    }

    /** Whether it is this code of the TPM, for whatever handle, parameter or session; for example {@code TPM_RC_POLICY_FAIL}. */
    public boolean is(String name) {
        return name.equals(name());
    }

    /** The TCG's name without the handle, parameter or session; {@code TPM_RC_0x…} if there is none. */
    public String name() {
        String name = formatOne()
                ? ResponseCodeNames.FORMAT_ONE.get(value & 0x3F)
                : ResponseCodeNames.FORMAT_ZERO.get(value & 0xFFFF);
        return name == null ? "TPM_RC_0x" + hex() : "TPM_RC_" + name;
    }

    @Override
    public String toString() {
        return name() + " (0x" + hex() + subject() + source() + ")";
    }

    private boolean formatOne() {
        return (value & FORMAT_ONE) != 0;
    }

    private String subject() {
        int number = value >> 8 & 0xF;
        if (!formatOne() || number == 0) {
            return "";
        }
        if ((value & OF_PARAMETER) != 0) {
            return ", parameter " + number;
        }
        return (value & OF_SESSION) != 0 ? ", session " + (number & 0x7) : ", handle " + number;
    }

    /** The layer that answered instead of the TPM: the kernel's resource manager is 11 (TSS 2.0 overview §3.4). */
    private String source() {
        int layer = value >>> 16;
        return layer == 0 ? "" : layer == 11 ? ", from the resource manager" : ", from layer " + layer;
    }

    private String hex() {
        return Integer.toHexString(value).toLowerCase(Locale.ROOT);
    }

    /** A warning: nothing is wrong with the command itself. */
    public boolean isWarning() {
        return !formatOne() && (value & 0xF00) == WARNING;
    }
}
