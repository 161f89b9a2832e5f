package dev.kekkai.keyring;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Replaces the ACTIVE version by a new one when it has had 2^31 uses, without being asked: half of what a version may ever have, so that
 * an HSM or a store which is down that day has the other half to come back.
 *
 * <p>A version that is PREPARED already takes its place, the scheduled one first; so an attempt that was cut off is finished by the next one
 * and leaves no keys behind that pile up.
 *
 * <p>The count is the one thing in the store that the authority chain does not prove, and whoever writes to the database can raise it. When the version
 * was made is proved. So one that is younger than a day is not replaced here: 2^31 operations a day are 25,000 a second, which no HSM does, and a KEK a
 * day is the most that a forged count has made. What each host counted itself would prove no more, since every one of several has a part of the truth and
 * a new one none. Whatever the count is, nothing is wrapped beyond 2^32.
 */
public final class WornVersion {
    private static final Logger LOG = Logger.getLogger(WornVersion.class);
    private static final Operator OPERATOR = new Operator("use counter", "server");
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    /** No version has had 2^31 uses at this age. */
    private static final Duration YOUNG = Duration.ofDays(1);

    private final KeyAdministration keys;
    private final Keyring keyring;
    private final Mechanism mechanism;
    private final InstantSource clock;
    private Instant notBefore = Instant.MIN;
    private Duration pause = FIRST_PAUSE;

    /**
     * @param mechanism of a version that has to be made, by the HSM's profile
     */
    public WornVersion(KeyAdministration keys, Keyring keyring, Mechanism mechanism, InstantSource clock) {
        this.keys = keys;
        this.keyring = keyring;
        this.mechanism = mechanism;
        this.clock = clock;
    }

    /**
     * Begins to look, every second, at what is in memory.
     *
     * @param timer that waits for the HSM; not one on which anything else is urgent
     */
    public void start(ScheduledExecutorService timer) {
        Future<?> unused = timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    /** Looks once; what fails is tried again after 30 s, and after twice that each time up to an hour. */
    void look() {
        if (!keyring.worn()) {
            keyring.doubtUses("");
            return;
        }
        if (clock.instant().isBefore(notBefore)) {
            return;
        }
        try {
            // What an earlier attempt, an operator or another replica has done meanwhile.
            keyring.reload();
            StoredVersion active = keyring.snapshot().active();
            if (keyring.worn() && clock.instant().isBefore(active.created().plus(YOUNG))) {
                doubt(active);
            } else if (keyring.worn()) {
                rotate();
            }
            pause = FIRST_PAUSE;
        } catch (KeyringException | CustodyException | StoreException | AuditException | RuntimeException e) {
            notBefore = clock.instant().plus(pause);
            LOG.errorf(
                    e,
                    "KEK version %s has had 2^31 of its 2^32 uses and could not be replaced; tried again in %d s: %s",
                    keyring.snapshot().active().kek().version(),
                    pause.toSeconds(),
                    e.getMessage());
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }

    private void doubt(StoredVersion active) {
        notBefore = clock.instant().plus(LONGEST_PAUSE);
        String why = "the store counts 2^31 uses or more of KEK version "
                + active.kek().version() + ", which was made at "
                + active.created()
                + ": no HSM does that within a day, so somebody or something other than Kekkai raised the count in the database."
                + " The version is not replaced by itself before it is a day old; 'kekkai key rotate"
                + TenantOption.of(keyring.snapshot().tenant()) + "' does it now";
        keyring.doubtUses(why);
        LOG.error(why);
    }

    private void rotate() throws KeyringException, CustodyException, StoreException, AuditException {
        Snapshot now = keyring.snapshot();
        String prepared = now.versions().values().stream()
                .filter(version -> version.state() == KeyState.PREPARED)
                .min(Comparator.<StoredVersion, Boolean>comparing(version -> version.activateAt() == null)
                        .thenComparing(version -> version.kek().number()))
                .map(version -> version.kek().version().toString())
                .orElse("");
        Order order = new Order(now.tenant(), OPERATOR, false);
        Change change;
        try {
            change = keys.rotate(order, new RotationPlan(mechanism, prepared, Duration.ZERO));
        } catch (CustodyException.KeyMissing e) {
            putAway(order, prepared);
            throw e;
        }
        keyring.reload();
        LOG.warnf(
                "KEK version %s has had 2^31 of its 2^32 uses: %s",
                now.active().kek().version(), change.said());
    }

    /** A PREPARED version without its key would be in the way for ever. It has never wrapped anything, so nothing is lost with it. */
    private void putAway(Order order, String prepared)
            throws KeyringException, CustodyException, StoreException, AuditException {
        if (!prepared.isEmpty()) {
            Change change = keys.retire(order, prepared);
            LOG.warnf("the HSM does not have the key of a PREPARED version any more: %s", change.said());
        }
    }
}
