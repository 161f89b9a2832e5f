package dev.kekkai.fleet;

import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.FleetStore;
import dev.kekkai.store.SignedHead;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredClaim;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredNode;
import dev.kekkai.store.StoredObservation;
import dev.kekkai.store.UntrustedStoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The fleet in memory, read from the store and looked after every two seconds: what other gateways changed is taken over, what was seen here is
 * written.
 */
public final class FleetService implements Fleet {
    private static final Logger LOG = Logger.getLogger(FleetService.class);
    private static final Duration EVERY = Duration.ofSeconds(2);

    private final FleetStore store;
    private final Set<TenantId> pendingAllowed;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Duration maxStaleness;
    private final Observations observations = new Observations();
    private final Claims claims = new Claims();
    private final SignedRows signed;
    private volatile Loaded loaded = new Loaded(StoredFleet.none(), StoredForms.view(StoredFleet.none()));
    private volatile long provedAt;
    private volatile String why = "the nodes were not read yet";
    private volatile boolean everRead;
    private Optional<SignedHead> head = Optional.empty();

    private record Loaded(StoredFleet stored, FleetView view) {}

    /**
     * Nobody is let in before {@link #look} has read the store once.
     *
     * @param pendingAllowed tenants whose machines may wait for approval
     * @param maxStaleness {@code store.max-staleness}
     * @param witness whose word about nodes counts
     */
    public FleetService(
            FleetStore store,
            Set<TenantId> pendingAllowed,
            InstantSource clock,
            Duration maxStaleness,
            Witness witness) {
        this(store, pendingAllowed, clock, maxStaleness, witness, System::nanoTime);
    }

    /** For tests, with a monotonic clock of their own. */
    FleetService(
            FleetStore store,
            Set<TenantId> pendingAllowed,
            InstantSource clock,
            Duration maxStaleness,
            Witness witness,
            LongSupplier nanos) {
        this.store = store;
        this.pendingAllowed = Set.copyOf(pendingAllowed);
        this.clock = clock;
        this.maxStaleness = maxStaleness;
        this.signed = new SignedRows(witness);
        this.nanos = nanos;
    }

    /** Whose word about nodes counts from now on, and looks at once: a gateway has its key once its HSM is open. Waits for the database. */
    public void believe(Witness witness) {
        signed.by(witness);
        look();
    }

    /**
     * Looks at once, and from then on.
     *
     * @param timer a thread of its own, because it waits for the database
     */
    public void start(ScheduledExecutorService timer) {
        Future<?> unused = timer.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Reads and writes once; what fails is said once and tried at the next look. */
    public synchronized void look() {
        try {
            refresh();
            exchange();
            if (!why.isEmpty()) {
                LOG.infof(
                        "the nodes follow from the store again, up to serial %d",
                        loaded.stored().serial());
            }
            why = "";
        } catch (StoreException | RuntimeException | Error e) {
            String now = String.valueOf(e.getMessage());
            if (!now.equals(why)) {
                LOG.errorf(
                        "the nodes are those of serial %d, which serve for %s at most: %s",
                        loaded.stored().serial(), maxStaleness, now);
            }
            why = now;
        }
    }

    private void refresh() throws StoreException {
        long begun = nanos.getAsLong();
        long seen = loaded.stored().serial(); // before the store is read: a change of our own may come while it is
        Optional<SignedHead> now = store.head();
        if (!everRead || !same(now, head)) {
            StoredFleet read = store.load();
            if (read.serial() < seen) {
                throw new UntrustedStoreException("the store ends with serial " + read.serial()
                        + " of its authority chain, and this gateway has seen serial "
                        + seen + ": 'kekkai store reconcile' says what to do");
            }
            install(read);
            head = now;
        }
        provedAt = begun;
        everRead = true;
    }

    private static boolean same(Optional<SignedHead> one, Optional<SignedHead> other) {
        return one.isPresent()
                && other.isPresent()
                && one.get().serial() == other.get().serial()
                && Arrays.equals(one.get().hash(), other.get().hash());
    }

    private void exchange() throws StoreException {
        StoredFleet fleet = loaded.stored();
        List<StoredObservation> seen = observations.take();
        List<StoredClaim> asked = claims.take();
        try {
            if (!seen.isEmpty()) {
                store.observe(signed.signed(seen), clock.instant().plus(Observations.TOLERANCE), signed.refused());
            }
            observations.read(fleet, signed.believed(store.observations()), clock.instant());
            List<StoredClaim> gone = claims.read(fleet, store.claims(), clock.instant());
            if (!gone.isEmpty() || !asked.isEmpty()) {
                store.claim(asked, gone);
            }
        } catch (StoreException | RuntimeException e) {
            observations.giveBack(seen);
            claims.giveBack(asked);
            throw e;
        }
    }

    /** Takes over a state unless a later one is there already. */
    void install(StoredFleet fleet) {
        synchronized (observations) {
            if (fleet.serial() >= loaded.stored().serial()) {
                loaded = new Loaded(fleet, StoredForms.view(fleet));
                observations.keep(fleet);
            }
        }
    }

    @Override
    public FleetView view() {
        FleetView view = loaded.view();
        return stale().isEmpty() ? view : new FleetView(view.serial(), Map.of(), Map.of(), Map.of());
    }

    @Override
    public Optional<String> stale() {
        if (everRead && nanos.getAsLong() - provedAt <= maxStaleness.toNanos()) {
            return Optional.empty();
        }
        return Optional.of("nobody is let in: who was evicted is not known, since the store could not be read "
                + (everRead ? "for longer than store.max-staleness (" + maxStaleness + ")" : "since the start") + ": "
                + why);
    }

    @Override
    public Optional<Observation> observed(NodeId node) {
        return Optional.ofNullable(loaded.stored().nodes().get(node)).flatMap(observations::of);
    }

    @Override
    public void pin(NodeId node, String akName) throws FleetException {
        StoredNode known = loaded.stored().nodes().get(node);
        if (known == null) {
            throw new FleetException("no node " + node + " is enrolled");
        }
        try {
            install(store.change(known.tenant(), before -> {
                StoredNode met = before.nodes().get(node);
                boolean pinned = met != null
                        && met.evicted().isEmpty()
                        && met.pinnedAk().filter(akName::equals).isPresent();
                return pinned ? List.of() : List.of(new FleetEvent.AkPinned(node, akName));
            }));
        } catch (StoreException e) {
            throw new FleetException("the AK of node '" + known.name() + "' is not pinned: " + e.getMessage(), e);
        }
    }

    @Override
    public void observe(NodeId node, Observation observation) {
        StoredNode known = loaded.stored().nodes().get(node);
        if (known != null) {
            observations.observe(known, observation);
        }
    }

    @Override
    public synchronized void afresh(Instant now) throws FleetException {
        everRead = false;
        observations.clockSet(now);
        look();
        if (!why.isEmpty()) {
            throw new FleetException("the store could not be proved anew: " + why);
        }
    }

    @Override
    public void await(Claimant claimant) throws FleetException {
        if (!pendingAllowed.contains(claimant.tenant())) {
            throw new FleetException(
                    "the tenant lets no machine wait for approval: enrol its EK by fingerprint with 'kekkai node enroll', or set pending: true for"
                            + " the tenant");
        }
        claims.add(claimant);
    }

    /** Who waits for approval, longest first. */
    public List<Claimant> claimants() {
        return claims.all();
    }

    /** Those of one tenant. */
    public List<Claimant> claimants(TenantId tenant) {
        return claimants().stream()
                .filter(claimant -> claimant.tenant().equals(tenant))
                .toList();
    }

    /** The state that the view is of. */
    StoredFleet stored() {
        return loaded.stored();
    }

    FleetStore store() {
        return store;
    }
}
