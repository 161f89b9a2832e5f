package dev.kekkai.app;

import dev.kekkai.admin.AdminService;
import dev.kekkai.admin.KeyService;
import dev.kekkai.admin.ServerFacts;
import dev.kekkai.admin.rest.ServedParts;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.file.TrailSearch;
import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.Capacity;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.custody.pkcs11.TokenIdentity;
import dev.kekkai.dek.Health;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.DeepProbe;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.KeyringOpener;
import dev.kekkai.keyring.LocalDekService;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.ReturnExamination;
import dev.kekkai.keyring.ScheduledActivation;
import dev.kekkai.keyring.Snapshot;
import dev.kekkai.keyring.WornVersion;
import dev.kekkai.kms.KmsEndpoint;
import dev.kekkai.store.StoreException;
import dev.kekkai.uds.Serving;
import dev.kekkai.uds.SocketPlace;
import dev.kekkai.uds.SocketUnusableException;
import dev.kekkai.uds.UnixSocketServer;
import dev.kekkai.wire.admin.v1.AdminGrpc;
import dev.kekkai.wire.admin.v1.KeysGrpc;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jboss.logging.Logger;

/** The role {@code standalone}: one keyring, one HSM, the KMS socket and the admin socket. */
public final class StandaloneServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StandaloneServer.class);

    private static final Operator ADMIN_SOCKET = new Operator("admin socket", "admin");

    private final Deque<AutoCloseable> open;
    private final Keyring keyring;
    private final Pkcs11Token token;
    private final ServedParts parts;

    private StandaloneServer(Deque<AutoCloseable> open, Keyring keyring, Pkcs11Token token, ServedParts parts) {
        this.open = open;
        this.keyring = keyring;
        this.token = token;
        this.parts = parts;
    }

    /**
     * Opens everything and begins to serve. The KMS socket appears last, when a wrap would work.
     *
     * @param version of Kekkai, shown to the apiserver and to operators
     */
    public static StandaloneServer start(KekkaiConfig config, String version)
            throws StartException, StoreException, CustodyException, KeyringException, AuditException,
                    SocketUnusableException {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        boolean done = false;
        try {
            Workbench bench = Workbench.open(config, Workbench.Purpose.WORK)
                    .orElseThrow(() -> new StartException("another Kekkai works with "
                            + config.store().path() + ": stop it first, or give this one a store of its own"));
            open.push(bench);
            KeyAdministration keys = bench.keys();
            ScheduledActivation.catchUp(keys, TenantId.DEFAULT);
            Keyring keyring = keyring(bench, open);
            ScheduledExecutorService rotations = timer("kekkai-rotation", open);
            new ScheduledActivation(keys, keyring, InstantSource.system()).start(rotations);
            new WornVersion(keys, keyring, config.custody().profile().mechanism(), InstantSource.system())
                    .start(rotations);
            ServerFacts facts = facts(config, version, bench.token());
            serve(config, facts, bench, keys, keyring, open);
            done = true;
            return new StandaloneServer(open, keyring, bench.token(), parts(config, facts, bench, keys, keyring));
        } finally {
            if (!done) {
                Workbench.closeAll(open);
            }
        }
    }

    private static Keyring keyring(Workbench bench, Deque<AutoCloseable> open)
            throws StoreException, CustodyException, KeyringException {
        KeyCustodian custodian = bench.token().custodian();
        Snapshot snapshot =
                new KeyringOpener(bench.store(), bench.token().inventory(), custodian).open(TenantId.DEFAULT);
        Keyring keyring = new Keyring(
                snapshot, bench.store(), custodian, timer("kekkai-keyring", 2, open), DeepProbe.Pace.DEFAULT);
        bench.token().onReturn(new ReturnExamination(keyring::snapshot));
        bench.token().onChange(keyring::probeNow);
        if (keyring.start() instanceof Health.Unhealthy unhealthy && !keyring.spent()) {
            throw new CustodyException.Unavailable(
                    "the first round trip through the HSM failed: " + unhealthy.reason());
        }
        return keyring;
    }

    private static void serve(
            KekkaiConfig config,
            ServerFacts facts,
            Workbench bench,
            KeyAdministration keys,
            Keyring keyring,
            Deque<AutoCloseable> open)
            throws SocketUnusableException {
        logWhatServes(facts, keyring.snapshot());
        open.push(UnixSocketServer.start(
                SocketPlace.ownerOnly(Workbench.adminSocket(config)),
                Serving.of(
                        AdminGrpc.bindService(
                                new AdminService(facts, keyring, bench.token()::state, bench.storeBench()::problem)),
                        KeysGrpc.bindService(new KeyService(bench.desk(keys, ADMIN_SOCKET), keyring)))));
        Batcher batcher = new Batcher(bench.token().custodian(), capacity(config));
        open.push(batcher);
        LocalDekService dek = new LocalDekService(
                Map.of(TenantId.DEFAULT, keyring),
                batcher,
                bench.audit(),
                InstantSource.system(),
                timer("kekkai-deadlines", open));
        open.push(KmsEndpoint.start(config.kms(), dek, TenantId.DEFAULT, facts.version()));
        LOG.infof("KMS v2 and v1beta1 are served on %s", config.kms().socket());
    }

    private static ServedParts parts(
            KekkaiConfig config, ServerFacts facts, Workbench bench, KeyAdministration keys, Keyring keyring) {
        return new ServedParts(
                facts,
                keyring,
                keys,
                bench.token().mechanism(),
                bench.token()::state,
                bench.storeBench()::problem,
                bench.audit(),
                new TrailSearch(Workbench.auditFile(config)),
                Optional.empty());
    }

    private static Capacity capacity(KekkaiConfig config) {
        KekkaiConfig.Batching batching = config.batching();
        int sessions = config.custody().pkcs11().sessions();
        return switch (batching.mode()) {
            case AUTO -> Capacity.auto(batching.max(), batching.lanes(), sessions);
            case OFF -> Capacity.off(sessions);
        };
    }

    private static ScheduledThreadPoolExecutor timer(String name, Deque<AutoCloseable> open) {
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
                "standalone",
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

    /** What the background probe of the HSM last found. */
    public Health health() {
        return keyring.health();
    }

    /** Why only a restart of this process helps, if that is so. */
    public Optional<String> hopeless() {
        return token.hopeless();
    }

    /** The keyring in service. */
    public Snapshot snapshot() {
        return keyring.snapshot();
    }

    /** What the admin API is about. */
    public ServedParts parts() {
        return parts;
    }

    @Override
    public void close() {
        Workbench.closeAll(open);
    }
}
