package dev.kekkai.bench;

/**
 * What is asked of a server.
 *
 * @param callers who call at the same time, each again as soon as it is answered
 * @param perSecond calls that begin each second whether others were answered or not, from as many callers as it takes; 0 for a closed loop
 */
record Load(Api api, Operation operation, int callers, int perSecond) {
    private static final int CALLERS_PER_CONNECTION = 32;
    private static final int OPEN_LOOP_CONNECTIONS = 16;

    /** The two versions of the KMS API. */
    enum Api {
        V1,
        V2
    }

    /** What a caller does in turn. */
    enum Operation {
        /** Wraps a new DEK each time. */
        ENCRYPT,
        /** Wraps a new DEK, and unwraps what came of it. */
        MIXED,
        /** Unwraps what callers had wrapped who came all at once, in that order. */
        DECRYPT,
        /** The same, in no order. */
        DECRYPT_SHUFFLED,
        /** Unwraps what one caller had wrapped, one DEK after the other: the single layout, whatever the mode. */
        DECRYPT_LONE
    }

    static Load closed(Api api, Operation operation, int callers) {
        return new Load(api, operation, callers, 0);
    }

    static Load open(Api api, int perSecond) {
        return new Load(api, Operation.ENCRYPT, 0, perSecond);
    }

    boolean open() {
        return perSecond > 0;
    }

    /** Connections to share the calls: an apiserver has one, a fleet has one each. */
    int connections() {
        return open() ? OPEN_LOOP_CONNECTIONS : Math.ceilDiv(callers, CALLERS_PER_CONNECTION);
    }
}
