package dev.kekkai.tpm.session;

/** {@code TPM_SE} (Part 2 §6.11). */
public enum SessionKind {
    HMAC(0x00),
    POLICY(0x01),
    /** Computes a policy's digest and authorises nothing. */
    TRIAL(0x03);

    private final int id;

    SessionKind(int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }
}
