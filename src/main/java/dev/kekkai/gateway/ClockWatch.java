package dev.kekkai.gateway;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** The gateway's clock, which certificates are judged by, held against what it can be held against. */
final class ClockWatch {
    /** What gateways' clocks may differ by. */
    private static final Duration TOLERANCE = Duration.ofMinutes(5);

    private final InstantSource clock;
    private volatile Reference trusted;

    /**
     * A time, and when it was.
     *
     * @param nanos on the scale of nanoTime
     */
    record Reference(Instant time, long nanos) {}

    ClockWatch(InstantSource clock) {
        this.clock = clock;
        this.trusted = read();
    }

    Instant now() {
        return clock.instant();
    }

    /** What the clock says now. */
    Reference read() {
        return new Reference(now(), System.nanoTime());
    }

    /** From now on the clock is held against this, as after a start. */
    void trust(Reference reference) {
        trusted = reference;
    }

    /** How far the clock was set, or the machine stood still, since it was last trusted, if it was. */
    Optional<Duration> jump() {
        Reference since = trusted;
        Duration jump = Duration.between(since.time().plusNanos(System.nanoTime() - since.nanos()), now());
        return jump.abs().compareTo(TOLERANCE) > 0 ? Optional.of(jump) : Optional.empty();
    }

    /** @throws Denied if a node certificate's time is over, or the clock says what cannot be */
    void check(Peer peer) throws Denied {
        Instant now = now();
        Optional<Duration> jump = jump();
        if (jump.isPresent()) {
            throw new Denied(
                    Code.CLOCK,
                    "this gateway's clock says " + now + ", and was set "
                            + (jump.get().isNegative() ? "back" : "forward") + " while it ran (by "
                            + jump.get().abs().toSeconds()
                            + " s): what it says is trusted again once all that hangs on it was made anew");
        }
        Instant notBefore = peer.certificate().getNotBefore().toInstant();
        Instant notAfter = peer.certificate().getNotAfter().toInstant();
        if (now.isBefore(notBefore)) {
            throw new Denied(
                    Code.CLOCK,
                    "the certificate is good from " + notBefore + ", and this gateway's clock says " + now
                            + ", " + Duration.between(now, notBefore).toSeconds()
                            + " s earlier: the clock of this gateway, or of the one that issued it, is off; set it right");
        }
        boolean over = now.isAfter(notAfter);
        if (over && !peer.outlived() && peer.connected() - trusted.nanos() >= 0) {
            throw new Denied(
                    Code.CLOCK,
                    "this gateway's clock says " + now
                            + ", and was set forward while it ran: set it right, and attest anew");
        }
        if (over || peer.outlived()) {
            throw new Denied(
                    Code.CERTIFICATE_EXPIRED,
                    "the node's certificate was good until " + notAfter + ", and this gateway's clock says " + now
                            + ": attest anew"
                            + (peer.cameOutlived()
                                    ? "; it was over when it was first shown here: where the node was certified a moment ago, the clock of"
                                            + " this gateway, or of the one that issued it, is off by more than "
                                            + Duration.between(notAfter, now).toSeconds() + " s"
                                    : ""));
        }
    }

    /**
     * When something counts as done: now, or just after what another gateway did by a clock that is ahead of ours, and never further ahead than clocks
     * may be. What is done later is so of a later time, on every gateway.
     *
     * @param known the latest that is known of the same node
     * @return in whole seconds
     */
    Instant after(Optional<Instant> known) {
        Instant now = now();
        Instant later = known.map(at -> at.plusSeconds(1)).filter(now::isBefore).orElse(now);
        Instant most = now.plus(TOLERANCE);
        return (later.isAfter(most) ? most : later).truncatedTo(ChronoUnit.SECONDS);
    }

    /** @throws Denied if the clock was set while the process ran: what it says of a certificate's time is worth nothing */
    void checkNotSet() throws Denied {
        Optional<Duration> jump = jump();
        if (jump.isPresent()) {
            throw new Denied(
                    Code.CLOCK,
                    "this gateway's clock says " + now() + ", and was set while it ran (by "
                            + jump.get().toSeconds()
                            + " s): it is trusted again once all that hangs on it was made anew");
        }
    }

    /**
     * Looks whether others' clocks are ahead. What is issued by a clock that is behind counts as older than what was issued before it.
     *
     * @param seen when another gateway last saw the node
     */
    void checkNotBehind(Instant seen, String gateway) throws Denied {
        if (seen.isAfter(now().plus(TOLERANCE))) {
            throw new Denied(
                    Code.CLOCK,
                    "this gateway's clock says " + now() + ", and gateway '" + gateway + "' saw this node at " + seen
                            + ": the clock of one of them is off");
        }
    }
}
