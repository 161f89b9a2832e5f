package dev.kekkai.admin;

import java.nio.file.Path;
import java.time.Instant;

/**
 * What does not change while a server runs.
 *
 * @param version of Kekkai
 * @param role as configured
 * @param kmsSocket where kube-apiserver connects
 * @param started when it began to serve
 * @param token the HSM it serves from
 */
public record ServerFacts(String version, String role, Path kmsSocket, Instant started, TokenFacts token) {
    /**
     * The token as it describes itself.
     *
     * @param software whether root on this host can read its keys
     * @param sealing how new KEKs seal, and why so
     * @param selfTest what the test at the start found
     */
    public record TokenFacts(
            String label,
            String serial,
            String manufacturer,
            String model,
            String firmware,
            boolean software,
            String sealing,
            String selfTest) {}
}
