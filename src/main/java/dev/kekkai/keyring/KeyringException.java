package dev.kekkai.keyring;

import org.jspecify.annotations.Nullable;

/** A keyring that cannot be opened or changed as asked. The message says which key, what is wrong with it, and what to do. */
public final class KeyringException extends Exception {
    public KeyringException(String message) {
        super(message);
    }

    public KeyringException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
