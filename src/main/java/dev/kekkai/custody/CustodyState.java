package dev.kekkai.custody;

import java.time.Duration;

/**
 * How the way to a token does at this moment, for operators.
 *
 * @param link whether work is let through
 * @param reason why not, or empty
 * @param since for how long that has been so; zero while it is up
 * @param sessions how many sessions work at a time, as configured
 * @param sessionsOpen how many are open
 * @param stuck threads inside the module that were written off
 * @param mostStuck how many there may be
 */
public record CustodyState(
        Link link, String reason, Duration since, int sessions, int sessionsOpen, int stuck, int mostStuck) {
    /** Whether work is let through. */
    public enum Link {
        /** It is. */
        UP,
        /** In a moment: a login is under way. */
        LOGGING_IN,
        /** It is refused at once, and the token is looked for. */
        DOWN
    }
}
