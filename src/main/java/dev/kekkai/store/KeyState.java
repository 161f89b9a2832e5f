package dev.kekkai.store;

/** The life of a KEK version. */
public enum KeyState {
    /** Exists in the HSM, has made its round trip, wraps nothing yet. */
    PREPARED,
    /** Wraps. Exactly one in a keyring; a version is ACTIVE at most once. */
    ACTIVE,
    /** Unwraps only. */
    RETIRED,
    /** Refuses. */
    DISABLED,
    /** Gone from the HSM. */
    DESTROYED
}
