package dev.kekkai.agent;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The node's wall clock, which is not trusted further than a day: at boot it may be off by an hour or two, and attestation comes before
 * whatever would set it right. What it is asked for is one thing alone, whether a gateway's certificate is of its time.
 *
 * <p>A certificate that was verified proves that its time has begun, whatever the clock says; from then on the clock never counts as earlier.
 * Decision 26 says why a day of grace takes nothing from what the channel promises.
 */
final class NodeClock {
    static final Duration TOLERANCE = Duration.ofDays(1);
    /** As much as gateways' clocks may differ by. */
    private static final Duration WORTH_SAYING = Duration.ofMinutes(5);

    private final InstantSource clock;
    private Instant floor = Instant.EPOCH;

    NodeClock(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * The instant at which a certificate is to be judged: now, or the nearest end of its validity where that is within the tolerance.
     *
     * @throws CertificateException if it is not; the message names both clocks
     */
    synchronized Instant judging(X509Certificate certificate) throws CertificateException {
        Instant wall = clock.instant();
        Instant now = wall.isBefore(floor) ? floor : wall;
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        if (now.plus(TOLERANCE).isBefore(from) || now.minus(TOLERANCE).isAfter(until)) {
            throw new CertificateException("the gateway's certificate is valid from " + from + " to " + until
                    + ", and this node's clock says " + wall + ", more than " + TOLERANCE.toHours()
                    + " h away: the gateway's clock or this node's is wrong, set it right");
        }
        if (now.isBefore(from)) {
            return from;
        }
        return now.isAfter(until) ? until : now;
    }

    /** How far a gateway's clock is ahead of this one, if it told what it says. Nothing depends on it: it is for people. */
    Optional<Duration> behind(Session.Heard heard) {
        long told = heard.update().getClockMillis();
        return told == 0
                ? Optional.empty()
                : Optional.of(Duration.between(
                        clock.instant(), Instant.ofEpochMilli(told).plusNanos(System.nanoTime() - heard.at())));
    }

    /** That a gateway's clock and this node's are further apart than clocks are that somebody cares for, in words; empty if they are not. */
    Optional<String> gap(Session.Heard heard) {
        return behind(heard)
                .filter(gap -> gap.abs().compareTo(WORTH_SAYING) > 0)
                .map(gap -> {
                    Instant wall = clock.instant().truncatedTo(ChronoUnit.SECONDS);
                    return "its clock says " + wall.plusSeconds(gap.toSeconds()) + " and this node's says " + wall
                            + ", "
                            + gap.abs().toSeconds() + " s " + (gap.isNegative() ? "later" : "earlier")
                            + ": it serves all the same; set right the one that is off";
                });
    }

    /** Takes note of the time from which a certificate is valid that was verified. */
    synchronized void seen(X509Certificate verified) {
        Instant from = verified.getNotBefore().toInstant();
        if (from.isAfter(floor)) {
            floor = from;
        }
    }
}
