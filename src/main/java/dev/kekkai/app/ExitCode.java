package dev.kekkai.app;

import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;
import dev.kekkai.uds.SocketUnusableException;

/** How {@code kekkai} ends. Scripts and supervisors may rely on these numbers. */
public enum ExitCode {
    /** Done. */
    OK(0, "done"),
    /** It was tried and failed for a reason that none of the others names. */
    FAILED(1, "failed; the message says why"),
    /** The command line is wrong. */
    USAGE(2, "the command line is wrong"),
    /** The configuration is wrong, or names something that cannot be used. */
    CONFIGURATION(3, "the configuration is wrong, or names something that cannot be used"),
    /** The HSM cannot be reached or failed; it may come back. */
    HSM(4, "the HSM cannot be reached, or failed"),
    /** The token refused the PIN. It is not tried again until the PIN file is rewritten. */
    PIN(5, "the token refused the PIN; it is not tried again until the PIN file is rewritten"),
    /** The keyring is empty, or one of its keys is missing, unsafe or another one. */
    KEYRING(6, "the keyring is empty, or one of its keys is missing, unsafe or another one"),
    /** No server answers, or it answers that it is not healthy. */
    NOT_SERVING(7, "no server answers, or it is not healthy"),
    /** The store was written to by others, is older than it was, or has a schema that this version does not know. */
    STORE(8, "the store is not believed: it was changed by others, is older than it was, or has another schema"),
    /** The audit trail is not as it was written. */
    AUDIT(9, "the audit trail is not as it was written"),
    /** What was ordered is asked for, and not done: it waits for the approval of others. */
    WAITING(10, "asked for and not done yet: it waits for the approval of others");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    /** For the help text. */
    public String meaning() {
        return meaning;
    }

    /** The code for a failure. */
    public static ExitCode of(Exception failure) {
        return switch (failure) {
            case ConfigException ignored -> CONFIGURATION;
            case SocketUnusableException ignored -> CONFIGURATION;
            case CustodyException.Misconfigured ignored -> CONFIGURATION;
            case CustodyException.PinRefused ignored -> PIN;
            case CustodyException.KeyMissing ignored -> KEYRING;
            case CustodyException.KeyUnsafe ignored -> KEYRING;
            case CustodyException ignored -> HSM;
            case KeyringException ignored -> KEYRING;
            case UntrustedStoreException ignored -> STORE;
            case StoreException e when e.getCause() instanceof CustodyException custody -> of(custody);
            default -> FAILED;
        };
    }
}
