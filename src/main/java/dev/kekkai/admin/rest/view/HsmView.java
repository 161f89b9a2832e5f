package dev.kekkai.admin.rest.view;

/**
 * The HSM and the way to it.
 *
 * @param token as it describes itself
 * @param link UP, LOGGING_IN, or DOWN: the breaker is open, work is refused at once and the token is looked for
 * @param reason why it is not UP, or empty
 * @param forMillis for how long that has been so
 * @param sessions how many work at a time, as configured
 * @param stuck threads inside the module that were written off
 * @param mostStuck how many there may be before only a restart helps
 */
public record HsmView(
        TokenView token,
        String link,
        String reason,
        long forMillis,
        int sessions,
        int sessionsOpen,
        int stuck,
        int mostStuck) {
    /**
     * A token.
     *
     * @param software whether root on its host can read its keys
     * @param sealing how new KEKs seal, and why so
     * @param selfTest what it proved at the start
     */
    public record TokenView(
            String label,
            String serial,
            String manufacturer,
            String model,
            String firmware,
            boolean software,
            String sealing,
            String selfTest) {}
}
