package dev.kekkai.app;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.authority.ChainNotary;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.authority.SigningKey;
import dev.kekkai.authority.file.MemoryFile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Signer;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.sql.PostgresqlServer;
import dev.kekkai.store.sql.SchemaChange;
import dev.kekkai.store.sql.SqlKeyringStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The store with what makes it believed: the signing key in the HSM, and this host's memory beside the database. */
final class StoreBench implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StoreBench.class);

    private final SqlKeyringStore keyrings;
    private final ChainNotary notary;
    private final Reconciler reconciler;

    private StoreBench(SqlKeyringStore keyrings, ChainNotary notary) {
        this.keyrings = keyrings;
        this.notary = notary;
        this.reconciler = new Reconciler(keyrings, notary);
    }

    /** What this host has seen of the authority chain, beside what else this process keeps. */
    static Path memoryFile(KekkaiConfig.Store config) {
        return config.path().resolveSibling("authority-seen");
    }

    static StoreBench open(KekkaiConfig.Store config, Workbench.Purpose purpose, Pkcs11Token token)
            throws StoreException {
        ChainNotary notary =
                new ChainNotary(new KeyOnToken(token), MemoryFile.open(memoryFile(config)), InstantSource.system());
        SchemaChange allowed = purpose == Workbench.Purpose.LOOK ? SchemaChange.ONLY_IF_EMPTY : SchemaChange.FORWARD;
        return new StoreBench(
                config.postgresql().isPresent()
                        ? SqlKeyringStore.openPostgresql(
                                server(config.postgresql().get()), allowed, notary)
                        : SqlKeyringStore.openSqlite(config.path(), allowed, notary),
                notary);
    }

    private static PostgresqlServer server(KekkaiConfig.Postgresql config) {
        return new PostgresqlServer(
                config.url(),
                config.user(),
                config.passwordFile(),
                switch (config.tls()) {
                    case VERIFY_FULL -> PostgresqlServer.Tls.VERIFY_FULL;
                    case VERIFY_CA -> PostgresqlServer.Tls.VERIFY_CA;
                    case OFF -> PostgresqlServer.Tls.OFF;
                },
                config.caFile());
    }

    private record KeyOnToken(Pkcs11Token token) implements SigningKey {
        @Override
        public Optional<Signer> existing() throws CustodyException {
            return token.findSigner(LABEL).map(Signer.class::cast);
        }

        @Override
        public Signer generate() throws CustodyException {
            return token.signer(LABEL);
        }
    }

    /** Once in the life of a store that is from before there was a chain. */
    void beginChain(AuditTrail audit) throws StoreException, AuditException {
        Optional<String> taken = reconciler.unchained();
        if (taken.isPresent()) {
            audit.record(new AuditEvent(
                    "store.begin-chain", TenantId.DEFAULT, "kekkai", "server", "", "", Outcome.DONE, taken.get()));
            reconciler.takeOver(false);
            LOG.warnf(
                    "the store is from before Kekkai kept an authority chain: it was taken over as it is (%s). From now on nobody who writes to"
                            + " the database changes what is believed of it",
                    taken.get());
        }
    }

    SqlKeyringStore keyrings() {
        return keyrings;
    }

    Reconciler reconciler() {
        return reconciler;
    }

    /** What is wrong with the store in service, or empty. */
    String problem() {
        return notary.behind();
    }

    ChainNotary notary() {
        return notary;
    }

    @Override
    public void close() {
        keyrings.close();
    }
}
