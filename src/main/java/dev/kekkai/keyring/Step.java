package dev.kekkai.keyring;

/** The points between which a change to a keyring can be cut off; after each of them the keyring is valid and says what it is. */
enum Step {
    /** {@code key.create} is recorded; the HSM has nothing yet. */
    CREATION_RECORDED,
    /** The HSM has the key; no store knows it: UNREGISTERED. */
    KEY_GENERATED,
    /** The key has sealed its canary and opened it. */
    CANARY_SEALED,
    /** The version is PREPARED. */
    REGISTERED,
    /** The version has made a round trip. */
    PROVED,
    /** {@code key.activate} is recorded; the other version still wraps. */
    ACTIVATION_RECORDED,
    /** The version is ACTIVE, the other one RETIRED. */
    ACTIVATED,
    /** {@code key.schedule} is recorded. */
    SCHEDULE_RECORDED,
    /** The store has the time of activation. */
    SCHEDULED,
    /** {@code key.destroy} is recorded. */
    DESTRUCTION_RECORDED,
    /** The version is DISABLED and marked: its key may be gone. */
    DESTRUCTION_BEGUN,
    /** The HSM has the key no more. */
    OBJECTS_DESTROYED,
    /** The version is DESTROYED. */
    DESTROYED,
    /** The store is in order; the old version still wraps. */
    RECONCILED;

    /** Told of each step when it has been taken, so that tests can stop there. */
    @FunctionalInterface
    interface Watcher {
        void reached(Step step);
    }
}
