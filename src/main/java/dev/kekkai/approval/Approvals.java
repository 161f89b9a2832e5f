package dev.kekkai.approval;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.id.Person;
import dev.kekkai.keyring.Change;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.Order;
import dev.kekkai.keyring.Warrant;
import dev.kekkai.store.ApprovalEvent.Ruled;
import dev.kekkai.store.ApprovalRule;
import dev.kekkai.store.ApprovalStore;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.SignedHead;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApproval;
import dev.kekkai.store.StoredApproval.Status;
import dev.kekkai.store.StoredApprovals;
import dev.kekkai.store.StoredVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Has the destruction of a key approved by others than who asks for it, and carries it out when enough have. What was asked and decided is kept in the
 * authority chain; it is in memory here as it was two seconds ago at most.
 *
 * <p>Repeating what was said already changes nothing and says so; where it was approved and could not be carried out, it is tried again. Besides what
 * {@link KeyAdministration} throws, every verb throws an {@link ApprovalException} that says what is wrong.
 */
public final class Approvals {
    private static final Logger LOG = Logger.getLogger(Approvals.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final String REQUEST = "approval.request";
    private static final String DECIDE = "approval.decide";

    private final ApprovalStore store;
    private final KeyAdministration keys;
    private final AuditTrail audit;
    private final InstantSource clock;
    private final Terms terms;
    private final Decision decisions;
    private final AtomicReference<StoredApprovals> known = new AtomicReference<>(StoredApprovals.none());
    private Optional<SignedHead> head = Optional.empty();
    private boolean declared;
    private String why = "";

    public Approvals(ApprovalStore store, KeyAdministration keys, AuditTrail audit, InstantSource clock, Terms terms) {
        this.store = store;
        this.keys = keys;
        this.audit = audit;
        this.clock = clock;
        this.terms = terms;
        this.decisions = new Decision(store, audit);
    }

    /**
     * Declares this server's rule in the chain, and looks after what others say from then on.
     *
     * @param timer a thread of its own, because it waits for database and HSM
     */
    public void start(ScheduledExecutorService timer) {
        Future<?> unused = timer.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Declares what is not declared yet and reads once; what fails is said once and tried at the next look. */
    public synchronized void look() {
        try {
            if (!declared) {
                declare();
                declared = true;
            }
            refresh();
            if (declaredIn(known.get()).laxerThan(terms.rule())) {
                declare();
            }
            why = "";
        } catch (StoreException | AuditException | RuntimeException e) {
            String now = String.valueOf(e.getMessage());
            if (!now.equals(why)) {
                LOG.errorf("approvals are those of serial %d: %s", known.get().serial(), now);
            }
            why = now;
        }
    }

    /** Reads once, declaring nothing: for commands while no server runs. */
    public synchronized void refresh() throws StoreException {
        Optional<SignedHead> now = store.head();
        if (!same(now, head) || known.get().serial() == 0) {
            install(store.load());
            head = now;
        }
    }

    private static boolean same(Optional<SignedHead> one, Optional<SignedHead> other) {
        return one.isPresent()
                && other.isPresent()
                && one.get().serial() == other.get().serial()
                && Arrays.equals(one.get().hash(), other.get().hash());
    }

    private void install(StoredApprovals read) {
        known.updateAndGet(before -> read.serial() >= before.serial() ? read : before);
    }

    private static ApprovalRule declaredIn(StoredApprovals approvals) {
        return approvals.rule(ApprovalRule.DESTROY).orElse(ApprovalRule.HOSTS_OWN);
    }

    /**
     * From here on the chain itself refuses what this server would not do; and that the rule was another one before stays to be seen. A start may ask
     * for less than before; a server that runs on only makes up for what another one, or an older store, asks less.
     */
    private void declare() throws StoreException, AuditException {
        ApprovalRule before = declaredIn(store.load());
        ApprovalRule wanted = wanted(before);
        if (before.equals(wanted)) {
            return;
        }
        String what = "to destroy a key " + Terms.words(wanted) + "; until now " + Terms.words(before);
        audit.record(AuditEvent.ofServer("approval.rule", AuditEvent.Outcome.DONE, what));
        install(store.change(met -> {
            ApprovalRule now = declaredIn(met); // another server may have declared one meanwhile
            return wanted(now).equals(now) ? List.of() : List.of(new Ruled(ApprovalRule.DESTROY, wanted(now)));
        }));
        if (wanted.laxerThan(before)) {
            LOG.warnf("the configuration asks for less than before: %s", what);
        } else {
            LOG.infof("%s", what);
        }
    }

    private ApprovalRule wanted(ApprovalRule before) {
        return declared ? terms.rule().and(before) : terms.rule();
    }

    /** From memory; never blocks. */
    public StoredApprovals view() {
        return known.get();
    }

    /** Where a request is now. */
    public Status status(StoredApproval approval) {
        return known.get().status(approval, clock.instant());
    }

    /**
     * Has the key of a version destroyed: at once where the one who asks may do that, else when enough others have approved.
     *
     * @param operatorsWord that older backups may become unreadable
     * @param reason for those who approve
     */
    public Outcome destroy(Order order, Person person, String version, boolean operatorsWord, String reason)
            throws KeyringException, CustodyException, StoreException, AuditException, ApprovalException {
        StoredVersion found = destroyable(order, version);
        boolean begun = found.destroyBegun() != null || found.state() == KeyState.DESTROYED;
        ApprovalRule rule = terms.with(store.load());
        if (begun || (person.isHost() && rule.hostAlone())) {
            return Outcome.done(keys.destroy(order, version, operatorsWord));
        }
        Asking asking = new Asking(order.tenant(), person, found, reason, operatorsWord, clock.instant());
        StoredApprovals after = decisions.decide(order, REQUEST, version, before -> asking.plan(before, terms));
        if (!order.dryRun()) {
            install(after);
        }
        StoredApproval approval = asking.made(after);
        if (after.status(approval, clock.instant()) == Status.APPROVED) {
            return carryOut(order, approval);
        }
        String said = asking.said(approval, order.dryRun());
        return new Outcome(
                new Change(asking.asksAnew() && !order.dryRun(), said, List.of(found)),
                order.dryRun() && asking.asksAnew() ? Optional.empty() : Optional.of(approval.id()),
                true);
    }

    /** The version, if it can be destroyed at all. */
    private StoredVersion destroyable(Order order, String version)
            throws KeyringException, CustodyException, StoreException, AuditException {
        try {
            return keys.destroy(new Order(order.tenant(), order.operator(), true), version, false)
                    .versions()
                    .getFirst();
        } catch (KeyringException e) {
            decisions.refused(order, ApprovalRule.DESTROY, version, String.valueOf(e.getMessage()), e);
            throw e;
        }
    }

    /**
     * Approves what somebody else asked for, and carries it out if that was the last approval which it needed.
     *
     * @param reference its id, or the beginning of that
     */
    public Outcome approve(Order order, Person person, String reference, String reason)
            throws KeyringException, CustodyException, StoreException, AuditException, ApprovalException {
        Deciding deciding = new Deciding(order.tenant(), person, reference, reason, clock.instant());
        StoredApprovals after = decisions.decide(order, DECIDE, reference, deciding::approve);
        StoredApproval approval = deciding.met(after);
        Status status = after.status(approval, clock.instant());
        if (order.dryRun()) {
            return deciding.outcome(order, approval, status);
        }
        install(after);
        return status == Status.OPEN ? deciding.outcome(order, approval, status) : carryOut(order, approval);
    }

    /**
     * Rejects a request, which is over then; of one's own, takes it back.
     *
     * @param mayDecide whether the person may reject what others ask for
     */
    public Outcome reject(Order order, Person person, String reference, String reason, boolean mayDecide)
            throws StoreException, AuditException, ApprovalException {
        Deciding deciding = new Deciding(order.tenant(), person, reference, reason, clock.instant());
        StoredApprovals after =
                decisions.decide(order, DECIDE, reference, before -> deciding.reject(before, mayDecide));
        if (!order.dryRun()) {
            install(after);
        }
        StoredApproval approval = deciding.met(after);
        return deciding.outcome(order, approval, after.status(approval, clock.instant()));
    }

    private Outcome carryOut(Order order, StoredApproval approval)
            throws KeyringException, CustodyException, StoreException, AuditException, ApprovalException {
        String words = "approval " + approval.id() + ", asked for by "
                + approval.request().requester().name() + ", approved by "
                + approval.approvers().stream().map(Person::name).collect(Collectors.joining(", "));
        Change change = keys.destroy(order, approval.request().subject(), new Warrant(approval.id(), words));
        if (!order.dryRun()) {
            install(store.load());
        }
        return new Outcome(change, Optional.of(approval.id()), false);
    }

    /** A request by its id, or the beginning of that. */
    public StoredApproval find(Order order, String reference) throws ApprovalException {
        return Deciding.find(known.get(), order.tenant(), reference);
    }

    /** The time that expiry is judged by. */
    public Instant now() {
        return clock.instant();
    }
}
