package dev.kekkai.keyring;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.UntrustedStoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Makes the scheduled version ACTIVE when its time has come, and puts into service what could not be read at once.
 *
 * <p>It looks every second at the snapshot in memory and compares the time of day, so that a clock that is set, or a machine that slept,
 * delays nothing by more than that.
 */
public final class ScheduledActivation {
    private static final Logger LOG = Logger.getLogger(ScheduledActivation.class);
    private static final Operator OPERATOR = new Operator("schedule", "server");
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
    /** How soon a change made by another replica is served here, and a store that was written to by others is found out. */
    private static final Duration REFRESH = Duration.ofSeconds(10);

    private final KeyAdministration keys;
    private final Keyring keyring;
    private final InstantSource clock;
    private Instant notBefore = Instant.MIN;
    private Instant refreshAt = Instant.MIN;
    private String told = "";

    public ScheduledActivation(KeyAdministration keys, Keyring keyring, InstantSource clock) {
        this.keys = keys;
        this.keyring = keyring;
        this.clock = clock;
    }

    /** Activates what came due while no server ran; before the keyring is opened. */
    public static void catchUp(KeyAdministration keys, TenantId tenant)
            throws KeyringException, CustodyException, StoreException, AuditException {
        try {
            Change change = keys.activateDue(new Order(tenant, OPERATOR, false));
            if (change.changed()) {
                LOG.info(change.said());
            }
        } catch (UntrustedStoreException e) {
            // Whether the keyring can be served all the same is for its opener to say.
            LOG.errorf("a scheduled activation, if there is one, is not done: %s", e.getMessage());
        }
    }

    /**
     * Begins to look.
     *
     * @param timer a thread of its own, because an activation waits for the HSM
     */
    public void start(ScheduledExecutorService timer) {
        Future<?> unused = timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    /** Looks once; what fails is tried again later. */
    void look() {
        refresh();
        try {
            if (due()) {
                activate();
            }
        } catch (KeyringException | CustodyException | StoreException | AuditException | RuntimeException e) {
            notBefore = clock.instant().plus(AFTER_FAILURE);
            LOG.errorf(
                    e,
                    "the scheduled rotation is not done and is tried again in %d s: %s",
                    AFTER_FAILURE.toSeconds(),
                    e.getMessage());
        }
    }

    private void refresh() {
        Instant now = clock.instant();
        if (!keyring.behind() && now.isBefore(refreshAt)) {
            return;
        }
        refreshAt = now.plus(REFRESH);
        try {
            keyring.reload();
            told = "";
        } catch (StoreException | RuntimeException e) {
            String why = String.valueOf(e.getMessage());
            if (!why.equals(told)) {
                LOG.errorf("the keyring in service stays as it is, until the store can be read again: %s", why);
                told = why;
            }
        }
    }

    private boolean due() {
        Instant now = clock.instant();
        return !now.isBefore(notBefore)
                && keyring.snapshot().versions().values().stream()
                        .map(StoredVersion::activateAt)
                        .flatMap(at -> Optional.ofNullable(at).stream())
                        .anyMatch(at -> !now.isBefore(at));
    }

    private void activate() throws KeyringException, CustodyException, StoreException, AuditException {
        Change change = keys.activateDue(new Order(keyring.snapshot().tenant(), OPERATOR, false));
        keyring.reload();
        LOG.info(change.said());
    }
}
