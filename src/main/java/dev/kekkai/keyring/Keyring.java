package dev.kekkai.keyring;

import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException.TooLate;
import dev.kekkai.dek.DekException.Unavailable;
import dev.kekkai.dek.Health;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.UntrustedStoreException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A tenant's keyring in service: the current snapshot, the uses of its versions, and the probe of its HSM. */
public final class Keyring {
    private static final Logger LOG = Logger.getLogger(Keyring.class);
    private static final int SEARCH_STEPS = 1024;

    /** Uses after which a version is to be replaced: half of {@link KeyringStore#MOST_USES}. */
    static final long WORN = KeyringStore.MOST_USES / 2;

    private final KeyringStore store;
    private final ScheduledExecutorService background;
    private final DeepProbe probe;
    private final Map<VersionId, UseCounter> uses = new ConcurrentHashMap<>();
    private final Semaphore searching = new Semaphore(1);
    private final Map<KeyId, VersionId> learned = new ConcurrentHashMap<>();
    /** One at a time, or an older keyring could be put into service after a newer one. */
    private final ReentrantLock reloading = new ReentrantLock();

    private volatile boolean behind;
    private volatile String storeProblem = "";
    private volatile String usesProblem = "";
    private final AtomicReference<String> refused = new AtomicReference<>("");
    private volatile Snapshot snapshot;
    private volatile @Nullable VersionId worn;

    /**
     * @param first as {@link KeyringOpener} found it
     * @param background for reserving uses and for probing; a thread or two
     */
    public Keyring(
            Snapshot first,
            KeyringStore store,
            KeyCustodian custodian,
            ScheduledExecutorService background,
            DeepProbe.Pace pace) {
        this.snapshot = first;
        this.store = store;
        this.background = background;
        this.probe =
                new DeepProbe(custodian, this::snapshot, () -> use(snapshot().active()), background, pace);
    }

    /** Reserves the first uses, makes the first round trip through the HSM, and goes on probing; answers with what the first one found. */
    public Health start() throws StoreException {
        counter(snapshot.active().kek().version()).reserve();
        return probe.start().toCompletableFuture().join();
    }

    /** The keyring as it is now. */
    public Snapshot snapshot() {
        return snapshot;
    }

    public Health health() {
        String why = refused.get();
        if (!why.isEmpty()) {
            return new Health.Unhealthy(why, Duration.ZERO);
        }
        Health health = probe.health();
        return health instanceof Health.Unhealthy(String reason, Duration age)
                ? new Health.Unhealthy(TenantOption.in(reason, snapshot.tenant()), age)
                : health;
    }

    /** Has nothing wrapped or unwrapped by it until {@link #accept}: what the token holds is not what it remembers. */
    void refuse(String why) {
        refused.set(why);
    }

    /**
     * Puts it into service again after an examination, unless it was refused anew meanwhile: what was found later counts.
     *
     * @param met what {@link #refused} said when the examination began; the very object, as the same words may be those of another refusal
     * @return whether it is in service
     */
    boolean accept(String met) {
        return refused.compareAndSet(met, "");
    }

    /** Why it is refused, or empty. */
    String refused() {
        return refused.get();
    }

    /** Has the HSM probed now, because something about it has changed. Returns at once. */
    public void probeNow() {
        probe.now();
    }

    /**
     * Reads the keyring from the store again and puts it into service at once for all that comes after. If that fails, the one in service
     * stays, and {@link #behind} says so until it is done. It also stays where the store was put back to an older state: versions that were disabled
     * since would open again, those that were activated since would not, and callers would be told an epoch that they have left behind.
     */
    public void reload() throws StoreException {
        reloading.lock();
        try {
            behind = true;
            read();
            behind = false;
            storeProblem = "";
        } catch (UntrustedStoreException e) {
            // Nothing newer than what is in service can be read there until somebody has put it in order: no need to
            // hurry.
            behind = false;
            storeProblem = String.valueOf(e.getMessage());
            throw e;
        } catch (StoreException e) {
            storeProblem = String.valueOf(e.getMessage());
            throw e;
        } finally {
            reloading.unlock();
        }
    }

    /** Has the keyring read again soon, because a change was cut off by a failure and may have been stored or not. */
    public void reloadLater() {
        reloading.lock();
        try {
            behind = true;
        } finally {
            reloading.unlock();
        }
    }

    /** Why the store could not be read or was not believed when it was last asked, or empty. What was read before serves on. */
    public String storeProblem() {
        return storeProblem.isEmpty() ? usesProblem : storeProblem;
    }

    /** Says why the count of uses that the store tells is not believed, or that it is. It counts as an upper bound in any case. */
    void doubtUses(String why) {
        usesProblem = why;
    }

    /** Whether the store may have something newer than what is in service. */
    boolean behind() {
        return behind;
    }

    private void read() throws StoreException {
        Snapshot next = store.latest(snapshot.tenant())
                .flatMap(Snapshot::of)
                .orElseThrow(() -> new StoreException(
                        "the stored keyring has no ACTIVE version any more; the one in service stays"));
        refuseGoingBack(next);
        if (!next.keyId().equals(snapshot.keyId())) {
            counter(next.active().kek().version()).reserve();
        }
        snapshot = next;
    }

    /** Callers were told the epoch in service, and go on to no lower one of the same lineage. A database that lost an activation has one. */
    private void refuseGoingBack(Snapshot next) throws UntrustedStoreException {
        if (next.lineage().equals(snapshot.lineage()) && next.epoch() < snapshot.epoch()) {
            throw new UntrustedStoreException(
                    "the ACTIVE version of the stored keyring has epoch " + next.epoch()
                            + ", and this server has served epoch " + snapshot.epoch()
                            + ": the store was put back. The keyring in service stays until 'kekkai store reconcile' and an activation after it");
        }
    }

    /** Whether the ACTIVE version has had all its uses: nothing is wrapped until there is another, and everything goes on being unwrapped. */
    public boolean spent() {
        return counter(snapshot.active().kek().version()).spent();
    }

    UseCounter.Taken use(StoredVersion version) {
        return counter(version.kek().version()).take();
    }

    private UseCounter counter(VersionId version) {
        return uses.computeIfAbsent(version, id -> new UseCounter(store, id, background, () -> noticeWear(id)));
    }

    /** Reads how many uses all who share the store have reserved for a version. */
    private void noticeWear(VersionId version) {
        try {
            boolean isWorn = store.load(snapshot.tenant()).stream()
                    .flatMap(stored -> stored.versions().stream())
                    .anyMatch(stored -> stored.kek().version().equals(version) && stored.usesReserved() >= WORN);
            if (isWorn) {
                worn = version;
            }
        } catch (StoreException e) {
            LOG.warnf(
                    "the uses of KEK version %s could not be read; they are at the next block: %s",
                    version, e.getMessage());
        }
    }

    /** Whether the ACTIVE version has had so many uses ({@link #WORN}) that another one is to take its place. */
    boolean worn() {
        Snapshot now = snapshot;
        return now.active().usesReserved() >= WORN
                || Objects.equals(now.active().kek().version(), worn);
    }

    /** The version that a {@code key_id} belongs to, where that is known without a search. */
    Optional<VersionId> versionOf(Snapshot of, KeyId keyId) {
        VersionId known = of.keyIds().get(keyId);
        return Optional.ofNullable(known != null ? known : learned.get(keyId));
    }

    /**
     * Whether a {@code key_id} belongs to a version whose epoch was lost with an earlier database. The {@code key_id} is a hash over
     * version id and epoch, and there were no more epochs than {@link Snapshot#highestEpoch}, so trying them all is a proof. A PREPARED version
     * never had an epoch to lose, and a version has one {@code key_id} at most.
     *
     * @throws Unavailable if another search is under way, because one at a time is all that may be spent on it
     * @throws TooLate if the deadline passes first
     */
    boolean provenBySearch(Snapshot in, KeyId keyId, StoredVersion version, Deadline deadline)
            throws Unavailable, TooLate {
        VersionId id = version.kek().version();
        if (version.epoch() != null
                || version.state() == KeyState.PREPARED
                || in.keyIds().containsValue(id)
                || learned.containsValue(id)) {
            return false;
        }
        if (!searching.tryAcquire()) {
            throw new Unavailable("the key_id of an adopted version is being looked for by another request; try again");
        }
        try {
            for (long epoch = 1; epoch <= in.highestEpoch(); epoch++) {
                if (epoch % SEARCH_STEPS == 0 && deadline.passed()) {
                    throw new TooLate(
                            "the key_id was looked for among " + epoch + " epochs when the caller's deadline passed");
                }
                if (KeyId.of(id, epoch).equals(keyId)) {
                    return true;
                }
            }
            return false;
        } finally {
            searching.release();
        }
    }

    /** Remembers a {@code key_id} that was proved to be a version's, now that something which came with it was opened by that version. */
    void learn(KeyId keyId, VersionId version) {
        if (learned.putIfAbsent(keyId, version) == null) {
            background.execute(() -> remember(keyId, version));
        }
    }

    private void remember(KeyId keyId, VersionId version) {
        try {
            store.learnKeyId(keyId, version);
        } catch (StoreException e) {
            LOG.warnf(
                    "the key_id %s is proved to be version %s but could not be stored: %s",
                    keyId, version, e.getMessage());
        }
    }
}
