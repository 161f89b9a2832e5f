package dev.kekkai.bench;

import dev.kekkai.app.MeasuredServer;
import java.time.Duration;

/**
 * A server to be measured.
 *
 * @param mode {@code batching.mode}, or {@link #NO_OP}, {@link #RECORDED}, {@link #UNRECORDED}
 * @param sessions with the HSM
 * @param latency of each operation of the HSM, at least; zero leaves SoftHSM as it is
 */
record ServerSpec(String mode, int sessions, Duration latency) {
    /** Answers at once, on the same listener, without keys. */
    static final String NO_OP = "no-op";

    /** Batching as by default; records wraps and unwraps as it always does. */
    static final String RECORDED = MeasuredServer.RECORDED;

    /** The same without the records, which only the bench can have. */
    static final String UNRECORDED = "unrecorded";

    static final String OFF = "off";
    static final String AUTO = "auto";

    static ServerSpec noOp() {
        return new ServerSpec(NO_OP, 0, Duration.ZERO);
    }

    static ServerSpec softHsm(String mode) {
        return new ServerSpec(mode, 8, Duration.ZERO);
    }

    boolean isMeasured() {
        return mode.equals(RECORDED) || mode.equals(UNRECORDED);
    }

    boolean isNoOp() {
        return mode.equals(NO_OP);
    }
}
