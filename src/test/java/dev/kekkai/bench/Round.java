package dev.kekkai.bench;

/**
 * One round of a trial.
 *
 * @param seconds it lasted
 * @param answered how long the calls took that were answered
 * @param failed calls that were not
 * @param cpuMillis of the server
 * @param hsmOperations done meanwhile
 * @param rssMib of the server, at its end
 */
record Round(double seconds, Distribution answered, long failed, double cpuMillis, long hsmOperations, double rssMib) {
    /** Answers in a second. */
    double perSecond() {
        return answered.count() / seconds;
    }
}
