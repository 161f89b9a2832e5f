package dev.kekkai.tpm.session;

import dev.kekkai.secret.Secret;

/**
 * A session in one command.
 *
 * @param authValue of the entity that is authorised; empty if it has none, or if the session authorises nothing here. Borrowed.
 * @param attributes {@code TPMA_SESSION}
 */
public record SessionUse(AuthSession session, Secret authValue, int attributes) implements Authorization {
    static final int CONTINUE = 0x01;
    static final int AUDIT_EXCLUSIVE = 0x02;
    static final int DECRYPT = 0x20;
    static final int ENCRYPT = 0x40;
    static final int AUDIT = 0x80;

    /** The first parameter of the command goes to the TPM encrypted; it must be a {@code TPM2B}. */
    public SessionUse hidingCommand() {
        return hiding(DECRYPT);
    }

    /** The first parameter of the response comes back encrypted; it must be a {@code TPM2B}. */
    public SessionUse hidingResponse() {
        return hiding(ENCRYPT);
    }

    /** Command and response are authenticated, also where nothing has to be authorised. Not for policy sessions. */
    public SessionUse auditing() {
        return new SessionUse(session, authValue, attributes | AUDIT);
    }

    private SessionUse hiding(int attribute) {
        if (!session.salted()) {
            throw new IllegalStateException("without a salt a session has no key to encrypt with");
        }
        return new SessionUse(session, authValue, attributes | attribute);
    }

    boolean has(int attribute) {
        return (attributes & attribute) != 0;
    }
}
