package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import java.time.Instant;

/** Whether threads may go into the module, and why not. */
sealed interface LinkState {
    /** The token is there and logged in. */
    record Up(Link link) implements LinkState {}

    /** A login is under way, which takes moments: who comes now waits for how it ends. */
    record LoggingIn(String why) implements LinkState {}

    /**
     * The breaker is open: who comes now is refused at once.
     *
     * @param cause what was seen first
     * @param latest how the last attempt to come back failed
     * @param hung whether it was that calls did not come back
     */
    record Down(String cause, CustodyException latest, Instant since, boolean hung) implements LinkState {
        String reason() {
            String now = String.valueOf(latest.getMessage());
            return cause.equals(now) ? now : cause + "; not back yet: " + now;
        }
    }

    /** This process is stopping. */
    record Closed() implements LinkState {}
}
