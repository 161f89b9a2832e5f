package dev.kekkai.agent;

import dev.kekkai.attestation.prover.NodeIdentity;
import dev.kekkai.attestation.prover.ProverException;
import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.tpm.TpmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that the node has a certificate: a full attestation at the start and whenever a gateway takes the certificate no more, a renewal by a
 * quote at half its life. It alone works with the TPM.
 */
final class StandingThread implements Runnable {
    private static final Logger LOG = Logger.getLogger(StandingThread.class);
    /** The codes of gateways for an EK that nobody has enrolled. */
    private static final Set<String> NOT_ENROLLED = Set.of("unknown-ek", "pending");

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final Attesting attesting;
    private final Standing standing;
    private final List<Gateway> gateways;
    private final GatewayChoice choice;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private @Nullable NodeIdentity identity;
    private String said = "";

    StandingThread(Attesting attesting, Standing standing, List<Gateway> gateways, GatewayChoice choice) {
        this.attesting = attesting;
        this.standing = standing;
        this.gateways = List.copyOf(gateways);
        this.choice = choice;
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Optional<Grant> held = standing.current();
                if (held.isEmpty() || standing.stays(held.get(), held.get().halfLife())) {
                    step(held);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One attempt. After one that failed, and after each full attestation, a pause: nothing that a gateway says makes this a busy loop. */
    private void step(Optional<Grant> held) throws InterruptedException {
        try {
            Grant grant = held.isPresent() ? renewed(held.get()) : attested();
            standing.granted(grant);
            LOG.infof(
                    "%s: node %s of tenant %s, certificate for %d s",
                    held.isPresent() ? "renewed" : "attested",
                    grant.node(),
                    grant.tenant(),
                    TimeUnit.NANOSECONDS.toSeconds(grant.end().remainingNanos()));
            said = "";
            if (held.isPresent()) {
                backoff.reset();
            } else {
                pause();
            }
        } catch (RefusedException e) {
            held.ifPresent(grant -> standing.refused(grant, described(e)));
            failed(described(e));
        } catch (NoAnswerException e) {
            failed(String.valueOf(e.getMessage()));
        } catch (TpmException | ProverException e) {
            failed("this node's TPM: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("not attested, for a reason that was not foreseen", e);
            failed("not foreseen: " + e);
        }
    }

    private void failed(String why) throws InterruptedException {
        standing.notGranted(why);
        if (!why.equals(said)) {
            said = why;
            LOG.warnf("not attested: %s", why);
        }
        pause();
    }

    private void pause() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(backoff.pause().toNanos());
    }

    private Grant attested()
            throws RefusedException, NoAnswerException, TpmException, ProverException, InterruptedException {
        RefusedException refused = null;
        List<NoAnswerException> noAnswers = new ArrayList<>();
        for (Gateway gateway : gateways) {
            try {
                return attesting.attest(gateway, identity());
            } catch (RefusedException e) {
                refused = e;
            } catch (NoAnswerException e) {
                noAnswers.add(e);
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s: not attested there, for a reason that was not foreseen", gateway);
                noAnswers.add(new NoAnswerException(gateway + ": not foreseen: " + e, e));
            }
        }
        if (refused != null) {
            throw refused;
        }
        throw together(noAnswers);
    }

    /** Where no gateway can renew, one may still attest. */
    private Grant renewed(Grant held)
            throws RefusedException, NoAnswerException, TpmException, ProverException, InterruptedException {
        for (Session session : choice.serving()) {
            try {
                return attesting.renew(session.gateway(), session.channel(), identity(), held);
            } catch (NoAnswerException e) {
                LOG.infof("not renewed there: %s", e.getMessage());
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s: not renewed there, for a reason that was not foreseen", session.gateway());
            } catch (RefusedException e) {
                LOG.warnf("%s refuses to renew, so this node attests anew: %s", session.gateway(), described(e));
                return attested();
            }
        }
        return attested();
    }

    private NodeIdentity identity() throws TpmException, ProverException {
        NodeIdentity known = identity;
        if (known == null) {
            known = attesting.identity();
            identity = known;
            LOG.infof(
                    "this node's EK (%s) has the name %s",
                    known.template(), HexFormat.of().formatHex(known.ek().name()));
        }
        return known;
    }

    private static NoAnswerException together(List<NoAnswerException> failures) {
        List<String> said = failures.stream()
                .map(failure -> String.valueOf(failure.getMessage()))
                .toList();
        return new NoAnswerException(String.join("; ", said), failures.getLast());
    }

    private String described(RefusedException refused) {
        NodeIdentity known = identity;
        String remedy = known == null || !NOT_ENROLLED.contains(refused.reason())
                ? ""
                : ". On a gateway: kekkai node enroll NAME --ek "
                        + HexFormat.of().formatHex(known.ek().name());
        return refused.reason() + ": " + refused.getMessage() + remedy;
    }
}
