package dev.kekkai.agent;

import dev.kekkai.dek.Deadline;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What this node is to the gateways at the moment: the certificate it holds, or why it holds none. */
final class Standing {
    private @Nullable Grant grant;
    private String problem = "not attested yet";

    /** The certificate, while it may be used. */
    synchronized Optional<Grant> current() {
        Grant held = grant;
        if (held != null && held.end().passed()) {
            grant = null;
            problem = "the node certificate has expired";
            notifyAll();
            return Optional.empty();
        }
        return Optional.ofNullable(held);
    }

    /** Why there is none, or why the one there is was not renewed; empty if all is well. */
    synchronized String problem() {
        return problem;
    }

    synchronized void granted(Grant fresh) {
        grant = fresh;
        problem = "";
        notifyAll();
    }

    /** Says why there is no new certificate. The one there is stays. */
    synchronized void notGranted(String why) {
        problem = why;
    }

    /** A gateway takes this one no more, so that a full attestation is due; a newer one stays. */
    synchronized void refused(Grant refused, String why) {
        if (refused.equals(grant)) {
            grant = null;
            problem = why;
            notifyAll();
        }
    }

    /** Whether this is the certificate in use. */
    synchronized boolean holds(Grant asked) {
        return current().filter(asked::equals).isPresent();
    }

    /** Waits for a certificate. */
    synchronized Grant await() throws InterruptedException {
        while (true) {
            Optional<Grant> held = current();
            if (held.isPresent()) {
                return held.get();
            }
            wait();
        }
    }

    /** Waits while this certificate is the one in use, until a time at most; answers whether it still is. */
    synchronized boolean stays(Grant held, Deadline until) throws InterruptedException {
        while (holds(held) && !until.passed()) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, until.remainingNanos()));
        }
        return holds(held);
    }
}
