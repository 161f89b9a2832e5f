package dev.kekkai.store.sql;

import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.ApprovalStore;
import dev.kekkai.store.AuditAnchors;
import dev.kekkai.store.FleetStore;
import dev.kekkai.store.KeyringEvent;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.Notary;
import dev.kekkai.store.Notary.Sealed;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoreContents;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.VersionStates;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Keyrings in a SQL database. What is read is proved by a {@link Notary}, and what is written is signed by it in the same transaction. */
public final class SqlKeyringStore implements KeyringStore, StoreContents, AutoCloseable {
    private final Transactions transactions;
    private final Uses uses;
    private final Notary notary;

    private SqlKeyringStore(Transactions transactions, Notary notary) {
        this.transactions = transactions;
        this.uses = new Uses(transactions, notary);
        this.notary = notary;
    }

    /** Opens a SQLite database, creating it with mode 0600 where there is none. */
    public static SqlKeyringStore openSqlite(Path file, SchemaChange allowed, Notary notary) throws StoreException {
        return new SqlKeyringStore(SqliteDatabase.open(file, allowed), notary);
    }

    /** Opens a PostgreSQL database that exists. */
    public static SqlKeyringStore openPostgresql(PostgresqlServer server, SchemaChange allowed, Notary notary)
            throws StoreException {
        return new SqlKeyringStore(PostgresqlDatabase.open(server, allowed), notary);
    }

    @Override
    public Optional<StoredKeyring> load(TenantId tenant) throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        return of(tenant, notary.prove(read(), seen));
    }

    @Override
    public Optional<StoredKeyring> latest(TenantId tenant) throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        return of(tenant, notary.proveLatest(read(), seen));
    }

    private static Optional<StoredKeyring> of(TenantId tenant, List<StoredKeyring> keyrings) {
        return keyrings.stream()
                .filter(keyring -> keyring.tenant().equals(tenant))
                .findFirst();
    }

    @Override
    public StoreContent read() throws StoreException {
        return transactions.read("read the store", ContentRows::read);
    }

    @Override
    public void replace(Replacement replacement) throws StoreException {
        transactions.run("replace the store", connection -> {
            ChainRows.lock(connection);
            ContentRows.lockUses(connection);
            Optional<StoreContent> after = replacement.of(ContentRows.read(connection));
            if (after.isPresent()) {
                ContentRows.replace(connection, after.get());
                Bounds.checkWritten(connection, true);
            }
            return after;
        });
    }

    @Override
    public void createKeyring(TenantId tenant, Lineage lineage, long epochFloor) throws StoreException {
        change("create a keyring", tenant, before -> Optional.of(new KeyringEvent.Created(lineage, epochFloor)));
    }

    @Override
    public void raiseEpochFloor(TenantId tenant, long epochFloor) throws StoreException {
        change("raise the epoch floor", tenant, before -> Optional.of(epochFloor)
                .filter(floor -> before.isEmpty() || before.get().epochFloor() < floor)
                .map(KeyringEvent.FloorRaised::new));
    }

    @Override
    public void addVersion(TenantId tenant, StoredVersion version) throws StoreException {
        change("register a key version", tenant, before -> Optional.of(new KeyringEvent.Registered(version)));
    }

    @Override
    public long activate(TenantId tenant, VersionId version, Instant now) throws StoreException {
        Optional<StoredKeyring> after = change(
                "activate a key version",
                tenant,
                before -> Optional.of(new KeyringEvent.Activated(
                        version, before.map(StoredKeyring::nextEpoch).orElse(1L), now)));
        return after.stream()
                .flatMap(keyring -> keyring.versions().stream())
                .filter(active -> active.kek().version().equals(version))
                .map(StoredVersion::epoch)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public boolean reserveUses(VersionId version, long wanted) throws StoreException {
        return uses.reserve(version, wanted);
    }

    @Override
    public void learnKeyId(KeyId keyId, VersionId version) throws StoreException {
        TenantId tenant = transactions.run(
                "find the keyring of a key version", connection -> KeyringRows.tenantOf(connection, version));
        change("remember a key_id", tenant, before -> Optional.of(new KeyringEvent.KeyIdLearned(version, keyId))
                .filter(learned ->
                        before.isEmpty() || !before.get().learnedKeyIds().containsKey(keyId))
                .map(KeyringEvent.class::cast));
    }

    /** Anchors of audit trails, in the same database. */
    public AuditAnchors anchors() {
        return new SqlAuditAnchors(transactions);
    }

    @Override
    public VersionStates states() {
        return new SqlVersionStates(this);
    }

    /** What the same database keeps of nodes and policies. It is closed with this object. */
    public FleetStore fleet() {
        return new SqlFleetStore(transactions, notary);
    }

    /** Who asked for what in the same database, and who approved it. It is closed with this object. */
    public ApprovalStore approvals() {
        return new SqlApprovalStore(transactions, notary);
    }

    /** What a change makes of the keyring that it meets. */
    @FunctionalInterface
    interface Step {
        Optional<KeyringEvent> from(Optional<StoredKeyring> before) throws StoreException;
    }

    /** One event, signed and written in one transaction; answers with the keyring after it, if anything changed. */
    Optional<StoredKeyring> change(String what, TenantId tenant, Step step) throws StoreException {
        return change(what, tenant, Optional.empty(), step);
    }

    /** The same by an approval, which it uses up. */
    Optional<StoredKeyring> change(String what, TenantId tenant, Optional<ApprovalId> approval, Step step)
            throws StoreException {
        Optional<SeenHead> seen = notary.seen();
        Optional<Sealed> sealed = transactions.run(what, connection -> {
            ChainRows.lock(connection);
            Optional<Sealed> signed =
                    notary.seal(ContentRows.read(connection), seen, new SteppedChange(tenant, approval, step));
            if (signed.isPresent()) {
                ContentRows.write(
                        connection, signed.get().before(), signed.get().after());
                ChainRows.append(connection, signed.get().entries());
                ChainRows.write(connection, signed.get().head());
                Bounds.checkWritten(connection, true);
            }
            return signed;
        });
        if (sealed.isPresent()) {
            notary.committed(sealed.get().seen());
        }
        return sealed.map(Sealed::after);
    }

    private record SteppedChange(TenantId tenant, Optional<ApprovalId> approval, Step step) implements Notary.Change {
        @Override
        public Optional<KeyringEvent> event(Optional<StoredKeyring> before) throws StoreException {
            return step.from(before);
        }
    }

    @Override
    public void close() {
        transactions.close();
    }
}
