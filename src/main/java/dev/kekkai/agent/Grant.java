package dev.kekkai.agent;

import dev.kekkai.dek.Deadline;
import dev.kekkai.wire.gateway.v1.Granted;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A node certificate and what was said with it.
 *
 * @param chain the certificate, then its issuer
 * @param halfLife when it is to be renewed, by the monotonic clock
 * @param end until when it may be used, by the monotonic clock
 */
record Grant(List<X509Certificate> chain, Deadline halfLife, Deadline end, UUID node, UUID tenant) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    /** @throws GeneralSecurityException if the certificate is not for this key, or its life is none that a gateway gives */
    static Grant of(Granted granted, NodeKey key) throws GeneralSecurityException {
        Duration life = Duration.ofMillis(granted.getLifetimeMillis());
        if (life.compareTo(SHORTEST) < 0 || life.compareTo(LONGEST) > 0) {
            throw new GeneralSecurityException(
                    "a node certificate lives " + SHORTEST + " to " + LONGEST + ", not " + life);
        }
        return new Grant(
                key.granted(granted.getCertificatesList().stream()
                        .map(certificate -> certificate.toByteArray())
                        .toList()),
                Deadline.in(life.dividedBy(2)),
                Deadline.in(life),
                Uuids.read(granted.getNode()),
                Uuids.read(granted.getTenant()));
    }
}
