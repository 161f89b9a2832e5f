package dev.kekkai.audit;

import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Signer;
import dev.kekkai.store.AuditAnchor;
import dev.kekkai.store.AuditAnchors;
import dev.kekkai.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has the HSM sign at intervals how far the trail has come, keeps that in the database, and records it in the trail.
 *
 * <p>Works on a thread of its own, so no request waits for it. While HSM or database is away, anchors are late, not lost: the next one
 * that succeeds covers all records before it. That it is late is logged once, and shown by {@link #problem}.
 */
public final class Anchoring {
    private static final Logger LOG = Logger.getLogger(Anchoring.class);
    private static final Duration SIGNING = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 500;
    /** As many as are verified at the start in search of one that the HSM signed; behind more forged ones nothing is believed to be signed. */
    private static final int LOOKED_THROUGH = 1000;

    private final ChainedTrail trail;
    private final AuditAnchors anchors;
    private final Key key;
    private final Pace pace;
    private final InstantSource clock;
    private volatile @Nullable Signer signer;
    private volatile @Nullable AuditAnchor last;
    private volatile String problem = "";
    private volatile String cut = "";
    private boolean begun;
    private long settled;
    private Instant looked;

    /** Where the key is that signs. Made in the token if it has none. */
    @FunctionalInterface
    public interface Key {
        Signer get() throws CustodyException;
    }

    /**
     * When an anchor is due: after that time or that many records, whichever is first, and only if there is something new.
     */
    public record Pace(Duration every, long records) {}

    public Anchoring(ChainedTrail trail, AuditAnchors anchors, Key key, Pace pace, InstantSource clock) {
        this.trail = trail;
        this.anchors = anchors;
        this.key = key;
        this.pace = pace;
        this.clock = clock;
        this.looked = clock.instant();
    }

    /** Looks twice a second from now on. */
    public void start(ScheduledExecutorService timer) {
        var unused = timer.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Anchors if it is due. */
    void look() {
        ChainHead head = trail.head();
        boolean old = !clock.instant().isBefore(looked.plus(pace.every()));
        if (old || head.seq() - settled >= pace.records()) {
            anchor();
        }
    }

    /** Anchors now if something is new; says whether all that was recorded is anchored. */
    public synchronized boolean anchor() {
        try {
            begin();
            ChainHead head = trail.head();
            if (head.seq() > settled) {
                anchor(head);
            }
            looked = clock.instant();
            tell("");
            return true;
        } catch (CustodyException | StoreException | AuditException | TimeoutException e) {
            tell(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            tell("unforeseen: " + e);
        }
        return false;
    }

    /** Goes on after what was anchored by the process before this one. */
    private void begin() throws CustodyException, StoreException, AuditException {
        if (begun) {
            return;
        }
        List<AuditAnchor> kept = anchors.latest(trail.replica(), LOOKED_THROUGH);
        byte[] publicKey = signer().publicKey();
        Optional<AuditAnchor> before = kept.stream()
                .filter(anchor -> AnchorSignature.verifies(publicKey, anchor))
                .findFirst();
        String forged = forged(before.map(kept::indexOf).orElse(kept.size()));
        // The record of an anchor follows the record that it is of.
        ChainHead head = trail.head();
        boolean nothingNew = trail.opened().equals(head)
                && before.filter(it -> it.seq() + 1 == head.seq()).isPresent();
        if (!forged.isEmpty()) {
            LOG.error(forged);
            trail.record(AuditEvent.ofServer("audit.forged", Outcome.DONE, forged));
        }
        cut = Resumption.record(trail, before, nothingNew && forged.isEmpty());
        last = before.orElse(null);
        settled = nothingNew && cut.isEmpty() && forged.isEmpty() ? head.seq() : 0;
        cut = cut.isEmpty() ? forged : cut;
        begun = true;
    }

    private static String forged(int anchors) {
        return anchors == 0
                ? ""
                : anchors + (anchors == LOOKED_THROUGH ? " or more" : "")
                        + " anchor(s) of this replica's audit trail in the database were not signed by the key '"
                        + AnchorSignature.LABEL
                        + "' of this token, and are not believed: somebody wrote to the database, or the trail was anchored with another token";
    }

    private void anchor(ChainHead head)
            throws CustodyException, StoreException, AuditException, TimeoutException, InterruptedException {
        AuditAnchor anchor = signed(head);
        anchors.add(anchor);
        last = anchor;
        settled = head.seq();
        trail.record(AnchorRecord.of(anchor));
        // Nothing is new if nobody else wrote meanwhile; else the next anchor covers this record, too.
        settled = trail.head().seq() == head.seq() + 1 ? head.seq() + 1 : head.seq();
    }

    private AuditAnchor signed(ChainHead head) throws CustodyException, TimeoutException, InterruptedException {
        Signer signs = signer();
        byte[] hash = HexFormat.of().parseHex(head.hash());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        byte[] message = AnchorSignature.signed(trail.replica(), head.seq(), hash, now);
        try {
            byte[] signature = signs.sign(message).toCompletableFuture().get(SIGNING.toMillis(), TimeUnit.MILLISECONDS);
            AuditAnchor anchor = new AuditAnchor(trail.replica(), head.seq(), hash, now, signature);
            if (!AnchorSignature.verifies(signs.publicKey(), anchor)) {
                throw new CustodyException.Unavailable(
                        "the HSM's signature does not fit the public key that it gives for " + AnchorSignature.LABEL);
            }
            return anchor;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CustodyException custody) {
                throw custody;
            }
            throw new IllegalStateException("signing failed in an unforeseen way", e.getCause());
        } catch (TimeoutException e) {
            signer = null;
            TimeoutException said = new TimeoutException("the HSM did not sign within " + SIGNING.toSeconds() + " s");
            said.initCause(e);
            throw said;
        }
    }

    private Signer signer() throws CustodyException {
        Signer known = signer;
        if (known == null) {
            known = key.get();
            signer = known;
        }
        return known;
    }

    private void tell(String why) {
        String before = problem;
        problem = why;
        if (!why.isEmpty() && !why.equals(before)) {
            LOG.warnf("the audit trail could not be anchored, and will be when it can: %s", why);
        } else if (why.isEmpty() && !before.isEmpty()) {
            LOG.info("the audit trail is anchored again");
        }
    }

    /** The public key, as the token gave it, or empty if it cannot be asked. */
    public Optional<byte[]> publicKey() {
        try {
            return Optional.of(signer().publicKey());
        } catch (CustodyException e) {
            return Optional.empty();
        }
    }

    /** The last one that is in the database. */
    public Optional<AuditAnchor> last() {
        return Optional.ofNullable(last);
    }

    /** Why the last attempt failed, or what is wrong with the trail, or empty. */
    public String problem() {
        return cut.isEmpty() ? problem : cut;
    }
}
