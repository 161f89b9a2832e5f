package dev.kekkai.app;

import dev.kekkai.admin.ApprovalDesk;
import dev.kekkai.admin.KeyDesk;
import dev.kekkai.approval.Approvals;
import dev.kekkai.approval.Terms;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.file.FileAuditTrail;
import dev.kekkai.audit.file.Fsync;
import dev.kekkai.audit.file.ReplicaFile;
import dev.kekkai.audit.file.TrailOptions;
import dev.kekkai.config.ApprovalConfig;
import dev.kekkai.config.AuditConfig;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.Operator;
import dev.kekkai.store.ApprovalRule;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.sql.SqlKeyringStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** What the server, or a command while no server runs, works with: the state folder to itself, store, audit trail and HSM. */
public final class Workbench implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Workbench.class);

    private final KekkaiConfig config;
    private final Deque<AutoCloseable> open;
    private final StoreBench store;
    private final FileAuditTrail audit;
    private final Pkcs11Token token;

    private Workbench(
            KekkaiConfig config, Deque<AutoCloseable> open, StoreBench store, FileAuditTrail audit, Pkcs11Token token) {
        this.config = config;
        this.open = open;
        this.store = store;
        this.audit = audit;
        this.token = token;
    }

    /** The audit trail that goes with a database. */
    public static Path auditFile(KekkaiConfig config) {
        return config.audit().path().orElseGet(() -> config.store().path().resolveSibling("audit.jsonl"));
    }

    /** Where this replica's name is kept. */
    static Path replicaFile(KekkaiConfig config) {
        return config.store().path().resolveSibling("replica");
    }

    private static TrailOptions options(AuditConfig config) {
        return new TrailOptions(
                switch (config.fsync()) {
                    case NEVER -> Fsync.NEVER;
                    case INTERVAL -> Fsync.INTERVAL;
                    case ALWAYS -> Fsync.ALWAYS;
                },
                config.rotateSize(),
                config.rotateAfter(),
                config.keepFiles());
    }

    /** The admin socket that goes with a KMS socket. */
    public static Path adminSocket(KekkaiConfig config) {
        return config.kms().socket().resolveSibling("admin.sock");
    }

    /** What it is opened for. */
    public enum Purpose {
        /** To serve, or to change keys: an older schema is brought forward, and a store without an authority chain gets one. */
        WORK,
        /** To look only. */
        LOOK,
        /** To bring a store into order that would not be believed. */
        REPAIR
    }

    /** Sets everything up, or answers empty if another process works there. */
    public static Optional<Workbench> open(KekkaiConfig config, Purpose purpose)
            throws StartException, StoreException, CustodyException, AuditException {
        if (config.role() == KekkaiConfig.Role.AGENT) {
            throw new StartException("this node is an agent, which has neither keys nor a store: run the command on a"
                    + " gateway, or ask this agent how it does with 'kekkai status'");
        }
        Optional<StateFolder> folder = StateFolder.take(config.store().path());
        return folder.isEmpty() ? Optional.empty() : Optional.of(open(config, purpose, folder.get()));
    }

    private static Workbench open(KekkaiConfig config, Purpose purpose, StateFolder folder)
            throws StartException, StoreException, CustodyException, AuditException {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        open.push(folder);
        boolean done = false;
        try {
            FileAuditTrail audit = FileAuditTrail.open(
                    auditFile(config),
                    ReplicaFile.findOrMake(replicaFile(config)),
                    InstantSource.system(),
                    options(config.audit()));
            open.push(audit);
            Pkcs11Token token = Pkcs11Token.open(config.custody(), folder.path());
            open.push(token);
            StoreBench store = StoreBench.open(config.store(), purpose, token);
            open.push(store);
            Workbench bench = new Workbench(config, open, store, audit, token);
            if (purpose == Purpose.WORK) {
                store.beginChain(audit);
            }
            done = true;
            return bench;
        } catch (IOException e) {
            throw new StartException(
                    "the audit trail " + auditFile(config) + " cannot be opened: " + e.getMessage(), e);
        } finally {
            if (!done) {
                closeAll(open);
            }
        }
    }

    SqlKeyringStore store() {
        return store.keyrings();
    }

    StoreBench storeBench() {
        return store;
    }

    FileAuditTrail audit() {
        return audit;
    }

    Pkcs11Token token() {
        return token;
    }

    /** Makes and changes keys here; one at a time within it. */
    KeyAdministration keys() {
        return new KeyAdministration(
                store.keyrings(),
                store.reconciler(),
                token.inventory(),
                token.custodian(),
                audit,
                InstantSource.system(),
                config.keys().backupRetention());
    }

    /** Has destructions approved. Where no admin API is served nobody but the host could ask or approve, so that its word suffices. */
    Approvals approvals(KeyAdministration keys) {
        ApprovalConfig asked = config.approvals();
        boolean hostAlone = config.admin().isEmpty() || asked.hostExempt();
        return new Approvals(
                store.keyrings().approvals(),
                keys,
                audit,
                InstantSource.system(),
                new Terms(new ApprovalRule(asked.required(), hostAlone), asked.expireAfter()));
    }

    /** Takes orders for keyrings from an operator. */
    KeyDesk desk(KeyAdministration keys, Approvals approvals, Operator operator) {
        List<TenantId> all = config.tenants().all().stream()
                .map(Tenant::id)
                .sorted(Comparator.comparing(tenant -> !tenant.equals(TenantId.DEFAULT)))
                .toList();
        return new KeyDesk(keys, this::tenant, all, token.mechanism(), approvals, operator);
    }

    /** Takes decisions from an operator. */
    ApprovalDesk desk(Approvals approvals, Operator operator) {
        return new ApprovalDesk(approvals, this::tenant, operator);
    }

    private Optional<TenantId> tenant(String said) {
        return config.tenants().find(said).map(Tenant::id);
    }

    @Override
    public void close() {
        closeAll(open);
    }

    /** Closes in the reverse of the order of opening; what fails to close is logged and does not keep the rest open. */
    @SuppressWarnings({"CatchingUnchecked", "InterruptedExceptionSwallowed"})
    static void closeAll(Deque<AutoCloseable> open) {
        while (!open.isEmpty()) {
            AutoCloseable next = open.pop();
            try {
                next.close();
            } catch (Exception e) {
                LOG.warnf(e, "%s did not close cleanly", next.getClass().getSimpleName());
            }
        }
    }
}
