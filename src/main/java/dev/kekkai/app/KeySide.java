package dev.kekkai.app;

import dev.kekkai.admin.AdminService;
import dev.kekkai.admin.ApprovalCalls;
import dev.kekkai.admin.AuditService;
import dev.kekkai.admin.FleetCalls;
import dev.kekkai.admin.KeyService;
import dev.kekkai.admin.ServerFacts;
import dev.kekkai.admin.rest.ServedParts;
import dev.kekkai.approval.Approvals;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.audit.file.TrailSearch;
import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.Capacity;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.custody.pkcs11.TokenIdentity;
import dev.kekkai.dek.Health;
import dev.kekkai.fleet.Witness;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.DeepProbe;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.KeyringOpener;
import dev.kekkai.keyring.Keyrings;
import dev.kekkai.keyring.LocalDekService;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.ScheduledActivation;
import dev.kekkai.keyring.Snapshot;
import dev.kekkai.keyring.WornVersion;
import dev.kekkai.store.StoreException;
import dev.kekkai.uds.Serving;
import dev.kekkai.uds.SocketPlace;
import dev.kekkai.uds.SocketUnusableException;
import dev.kekkai.uds.UnixSocketServer;
import dev.kekkai.wire.admin.v1.AdminGrpc;
import dev.kekkai.wire.admin.v1.ApprovalsGrpc;
import dev.kekkai.wire.admin.v1.AuditGrpc;
import dev.kekkai.wire.admin.v1.KeysGrpc;
import dev.kekkai.wire.admin.v1.NodesGrpc;
import dev.kekkai.wire.admin.v1.PoliciesGrpc;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** What standalone and gateway have in common: keyrings over one HSM and one store, their rotation, the admin socket. Each has an edge of its own above it. */
final class KeySide {
    private static final Logger LOG = Logger.getLogger(KeySide.class);

    /** How soon a keyring that was refused, or did not exist, is looked at again. */
    private static final Duration LOOK = Duration.ofSeconds(30);

    private static final Operator ADMIN_SOCKET = new Operator("admin socket", "admin");

    private final Workbench bench;
    private final FleetBench fleet;
    private final Keyring keyring;
    private final LocalDekService dek;
    private final ServedParts parts;

    private KeySide(Workbench bench, FleetBench fleet, Keyring keyring, LocalDekService dek, ServedParts parts) {
        this.bench = bench;
        this.fleet = fleet;
        this.keyring = keyring;
        this.dek = dek;
        this.parts = parts;
    }

    /**
     * Opens the keyrings of tenants and the admin socket.
     *
     * @param others tenants besides the default one; one whose keyring is not in order is served nothing and keeps nobody else from being served
     * @param wraps what wraps and unwraps are recorded by, made of the audit trail
     * @param open takes what has to be closed
     */
    static KeySide open(
            KekkaiConfig config,
            String version,
            List<TenantId> others,
            UnaryOperator<AuditTrail> wraps,
            Deque<AutoCloseable> open)
            throws StartException, StoreException, CustodyException, KeyringException, AuditException,
                    SocketUnusableException {
        Workbench bench = Workbench.open(config, Workbench.Purpose.WORK)
                .orElseThrow(() -> new StartException("another Kekkai works with "
                        + config.store().path() + ": stop it first, or give this one a store of its own"));
        open.push(bench);
        KeyAdministration keys = bench.keys();
        ScheduledExecutorService rotations = timer("kekkai-rotation", open);
        Keyring keyring = keyring(config, bench, keys, TenantId.DEFAULT, rotations, open);
        Deque<AutoCloseable> ofOthers = new LinkedBlockingDeque<>(Math.max(1, others.size()));
        open.push(() -> Workbench.closeAll(ofOthers));
        Keyrings keyrings = new Keyrings(
                keyring, others, bench.store(), tenant -> ofOther(config, bench, keys, tenant, rotations, ofOthers));
        keyrings.look(bench.token().inventory(), bench.token().custodian());
        bench.token().onReturn(keyrings);
        lookAfter(keyrings, bench, others, open);
        Supplier<String> problem = () -> Stream.of(bench.storeBench().problem(), keyrings.problem())
                .filter(each -> !each.isEmpty())
                .collect(Collectors.joining("; "));
        FleetBench fleet = new FleetBench(
                bench, config, config.role() == KekkaiConfig.Role.GATEWAY ? Witness.NOBODY : Witness.ANYBODY);
        fleet.fleet().start(timer("kekkai-fleet", open));
        if (config.role() == KekkaiConfig.Role.GATEWAY) {
            // What was seen of nodes since the last look is written before the store is closed.
            open.push(fleet.fleet()::look);
        }
        Approvals approvals = bench.approvals(keys);
        approvals.start(timer("kekkai-approvals", open));
        AuditWatch audit = AuditWatch.start(bench, config.audit(), version);
        open.push(audit);
        ServerFacts facts = facts(config, version, bench.token());
        answerOperators(config, facts, bench, audit, keys, keyrings.served(), problem, fleet, approvals, open);
        Batcher batcher = new Batcher(bench.token().custodian(), capacity(config));
        open.push(batcher);
        return new KeySide(
                bench,
                fleet,
                keyring,
                new LocalDekService(
                        keyrings.served(),
                        batcher,
                        wraps.apply(bench.audit()),
                        InstantSource.system(),
                        timer("kekkai-deadlines", open)),
                parts(config, facts, bench, keys, keyrings.served(), problem, fleet, approvals));
    }

    /** What a start of one that fails has begun is ended, and another attempt begins anew. */
    private static Keyring ofOther(
            KekkaiConfig config,
            Workbench bench,
            KeyAdministration keys,
            TenantId tenant,
            ScheduledExecutorService rotations,
            Deque<AutoCloseable> open)
            throws StoreException, CustodyException, KeyringException, AuditException {
        Deque<AutoCloseable> begun = new ArrayDeque<>();
        boolean done = false;
        try {
            Keyring keyring = keyring(config, bench, keys, tenant, rotations, begun);
            done = true;
            open.push(() -> Workbench.closeAll(begun));
            return keyring;
        } finally {
            if (!done) {
                Workbench.closeAll(begun);
            }
        }
    }

    /** Only where a tenant besides the default one is configured. */
    private static void lookAfter(
            Keyrings keyrings, Workbench bench, List<TenantId> others, Deque<AutoCloseable> open) {
        if (!others.isEmpty()) {
            long every = LOOK.toSeconds();
            Future<?> unused = timer("kekkai-tenants", open)
                    .scheduleWithFixedDelay(
                            () -> keyrings.look(
                                    bench.token().inventory(), bench.token().custodian()),
                            every,
                            every,
                            TimeUnit.SECONDS);
        }
    }

    private static Keyring keyring(
            KekkaiConfig config,
            Workbench bench,
            KeyAdministration keys,
            TenantId tenant,
            ScheduledExecutorService rotations,
            Deque<AutoCloseable> open)
            throws StoreException, CustodyException, KeyringException, AuditException {
        ScheduledActivation.catchUp(keys, tenant);
        KeyCustodian custodian = bench.token().custodian();
        Snapshot snapshot = new KeyringOpener(bench.store(), bench.token().inventory(), custodian).open(tenant);
        Keyring keyring = new Keyring(
                snapshot, bench.store(), custodian, timer("kekkai-keyring", 2, open), DeepProbe.Pace.DEFAULT);
        if (keyring.start() instanceof Health.Unhealthy unhealthy && !keyring.spent()) {
            throw new CustodyException.Unavailable(
                    "the first round trip through the HSM failed: " + unhealthy.reason());
        }
        bench.token().onChange(keyring::probeNow);
        new ScheduledActivation(keys, keyring, InstantSource.system()).start(rotations);
        new WornVersion(keys, keyring, config.custody().profile().mechanism(), InstantSource.system()).start(rotations);
        return keyring;
    }

    private static void answerOperators(
            KekkaiConfig config,
            ServerFacts facts,
            Workbench bench,
            AuditWatch audit,
            KeyAdministration keys,
            Map<TenantId, Keyring> keyrings,
            Supplier<String> problem,
            FleetBench fleet,
            Approvals approvals,
            Deque<AutoCloseable> open)
            throws SocketUnusableException {
        Keyring keyring = ofDefaultTenant(keyrings);
        logWhatServes(facts, keyring.snapshot());
        FleetCalls nodes = new FleetCalls(fleet.desk(ADMIN_SOCKET));
        open.push(UnixSocketServer.start(
                SocketPlace.ownerOnly(Workbench.adminSocket(config)),
                Serving.ofOrders(
                        AdminGrpc.bindService(new AdminService(facts, keyring, bench.token()::state, problem)),
                        KeysGrpc.bindService(new KeyService(bench.desk(keys, approvals, ADMIN_SOCKET), keyrings)),
                        AuditGrpc.bindService(new AuditService(
                                bench.audit(),
                                audit.anchoring(),
                                bench.store().anchors(),
                                audit.syslog(),
                                audit.otlp())),
                        ApprovalsGrpc.bindService(new ApprovalCalls(bench.desk(approvals, ADMIN_SOCKET), keyrings)),
                        NodesGrpc.bindService(nodes),
                        PoliciesGrpc.bindService(nodes))));
    }

    private static Keyring ofDefaultTenant(Map<TenantId, Keyring> keyrings) {
        return Objects.requireNonNull(keyrings.get(TenantId.DEFAULT), "the default tenant is always served");
    }

    private static Capacity capacity(KekkaiConfig config) {
        KekkaiConfig.Batching batching = config.batching();
        int sessions = config.custody().pkcs11().sessions();
        return switch (batching.mode()) {
            case AUTO -> Capacity.auto(batching.max(), batching.lanes(), sessions);
            case OFF -> Capacity.off(sessions);
        };
    }

    static ScheduledThreadPoolExecutor timer(String name, Deque<AutoCloseable> open) {
        return timer(name, 1, open);
    }

    /** With two threads where one may wait for a database that is away, and nothing else is to wait with it. */
    private static ScheduledThreadPoolExecutor timer(String name, int threads, Deque<AutoCloseable> open) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                threads, Thread.ofPlatform().daemon().name(name).factory());
        timer.setRemoveOnCancelPolicy(true);
        open.push(timer::shutdownNow);
        return timer;
    }

    private static ServerFacts facts(KekkaiConfig config, String version, Pkcs11Token token) {
        TokenIdentity identity = token.identity();
        return new ServerFacts(
                version,
                config.role().word(),
                config.kms().socket(),
                Instant.now(),
                new ServerFacts.TokenFacts(
                        identity.label(),
                        identity.serial(),
                        identity.manufacturer(),
                        identity.model(),
                        identity.firmware(),
                        token.software(),
                        token.choice(),
                        token.selfTest()));
    }

    private static void logWhatServes(ServerFacts facts, Snapshot snapshot) {
        LOG.infof(
                "token '%s' (%s %s, serial %s), keyring %s, KEK %s by %s, key_id %s: a round trip succeeded",
                facts.token().label(),
                facts.token().manufacturer(),
                facts.token().model(),
                facts.token().serial(),
                snapshot.lineage(),
                snapshot.active().kek().label(),
                snapshot.active().kek().mechanism(),
                snapshot.keyId());
        if (facts.token().software()) {
            LOG.warn("this token is software: its KEKs are as safe as this host's disk and its PIN, no safer");
        }
    }

    private static ServedParts parts(
            KekkaiConfig config,
            ServerFacts facts,
            Workbench bench,
            KeyAdministration keys,
            Map<TenantId, Keyring> keyrings,
            Supplier<String> problem,
            FleetBench fleet,
            Approvals approvals) {
        return new ServedParts(
                facts,
                ofDefaultTenant(keyrings),
                keyrings,
                keys,
                bench.token().mechanism(),
                bench.token()::state,
                problem,
                bench.audit(),
                new TrailSearch(Workbench.auditFile(config)),
                config.role() == KekkaiConfig.Role.GATEWAY ? Optional.of(fleet.served()) : Optional.empty(),
                approvals);
    }

    /** What the admin API is about. */
    ServedParts parts() {
        return parts;
    }

    Workbench bench() {
        return bench;
    }

    FleetBench fleet() {
        return fleet;
    }

    LocalDekService dek() {
        return dek;
    }

    /** That of the default tenant. */
    Keyring keyring() {
        return keyring;
    }

    /** What the background probe of the HSM last found. */
    Health health() {
        return keyring.health();
    }

    /** Why only a restart of this process helps, if that is so. */
    Optional<String> hopeless() {
        return bench.token().hopeless();
    }
}
