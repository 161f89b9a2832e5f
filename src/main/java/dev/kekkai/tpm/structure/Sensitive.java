package dev.kekkai.tpm.structure;

import dev.kekkai.secret.Secret;

/**
 * {@code TPMS_SENSITIVE_CREATE} (Part 2 §11.1.16): what the creator gives a new object. Borrowed, not owned.
 *
 * @param userAuth its authorisation value, or empty
 * @param data sealed data or the bytes of an HMAC key; empty to let the TPM make the key
 */
public record Sensitive(Secret userAuth, Secret data) {
    /** No authorisation value, and the TPM makes the key. */
    public static Sensitive none() {
        return new Sensitive(Secret.owning(new byte[0]), Secret.owning(new byte[0]));
    }

    public static Sensitive auth(Secret userAuth) {
        return new Sensitive(userAuth, Secret.owning(new byte[0]));
    }

    public static Sensitive data(Secret data) {
        return new Sensitive(Secret.owning(new byte[0]), data);
    }

    /** Writes a {@code TPM2B_SENSITIVE_CREATE}. */
    public void writeSized(TpmWriter out) {
        out.u16(4 + userAuth.length() + data.length()).sized(userAuth.lent()).sized(data.lent());
    }
}
