package dev.kekkai.tpm.session;

import dev.kekkai.secret.Secret;

/** {@code TPM_RS_PW}: the authorisation value itself, in the clear. Borrowed, not owned. */
public record Password(Secret value) implements Authorization {
    static final int HANDLE = 0x4000_0009;

    /** Of an entity that was given none. */
    public static Password empty() {
        return new Password(Secret.owning(new byte[0]));
    }
}
