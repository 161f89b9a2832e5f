package dev.kekkai.bench;

import java.time.Duration;

/**
 * A server to be measured.
 *
 * @param mode {@code batching.mode}, or {@link #NO_OP}
 * @param sessions with the HSM
 * @param latency of each operation of the HSM, at least; zero leaves SoftHSM as it is
 */
record ServerSpec(String mode, int sessions, Duration latency) {
    /** Answers at once, on the same listener, without keys. */
    static final String NO_OP = "no-op";

    static final String OFF = "off";
    static final String AUTO = "auto";

    static ServerSpec noOp() {
        return new ServerSpec(NO_OP, 0, Duration.ZERO);
    }

    static ServerSpec softHsm(String mode) {
        return new ServerSpec(mode, 8, Duration.ZERO);
    }

    boolean isNoOp() {
        return mode.equals(NO_OP);
    }
}
