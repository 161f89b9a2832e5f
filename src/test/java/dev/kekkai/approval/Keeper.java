package dev.kekkai.approval;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.authority.ChainNotary;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.authority.file.MemoryFile;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Person;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Order;
import dev.kekkai.keyring.RotationPlan;
import dev.kekkai.store.ApprovalRule;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApproval;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.sql.SqlKeyringStore;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.custody.MemoryHsm;
import dev.kekkai.testing.store.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server whose first key version can be destroyed, on a real database, with a clock that is set by hand. */
final class Keeper implements AutoCloseable {
    static final TenantId TENANT = TenantId.DEFAULT;
    static final Person ALICE = new Person("oidc:1 of https://sso.example.net", "alice");
    static final Person BOB = new Person("cert:/O=Example/CN=bob", "bob");
    static final Person CAROL = new Person("oidc:3 of https://sso.example.net", "carol");
    static final Person HOST = Person.host("root");
    static final Duration DAY = Duration.ofHours(24);

    final List<AuditEvent> recorded = new CopyOnWriteArrayList<>();
    final MemoryHsm hsm;
    final SqlKeyringStore store;
    final KeyAdministration keys;
    final ChainNotary notary;
    final Approvals approvals;
    volatile Instant now = Instant.parse("2026-05-06T07:08:09Z");
    private volatile boolean diskFull;

    Keeper(TestDatabase database, MemorySigningKey key, MemoryHsm hsm, Path folder, ApprovalRule rule)
            throws StoreException {
        this.hsm = hsm;
        notary = new ChainNotary(key, MemoryFile.open(Hosts.memoryIn(folder)), () -> now);
        store = database.open(notary);
        keys = new KeyAdministration(
                store, new Reconciler(store, notary), hsm, hsm, this::record, () -> now, Duration.ofDays(7));
        approvals =
                new Approvals(store.approvals(), keys, this::record, () -> now, new Terms(rule, Duration.ofHours(24)));
    }

    /** Version 1 has been DISABLED for eight days, version 2 is ACTIVE, and the rule is declared. */
    static Keeper serving(TestDatabase.Kind kind, Path folder, int required) throws Exception {
        Keeper keeper = new Keeper(
                kind.in(folder), new MemorySigningKey(), new MemoryHsm(), folder, new ApprovalRule(required, false));
        keeper.keys.create(order("root"), Mechanism.AES_GCM, false);
        keeper.keys.rotate(order("root"), new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO));
        keeper.keys.disable(order("root"), "1");
        keeper.pass(Duration.ofDays(8));
        keeper.approvals.look();
        return keeper;
    }

    private void record(AuditEvent event) throws AuditException {
        if (diskFull) {
            throw new AuditException("the disk is full", new IOException("no space"));
        }
        recorded.add(event);
    }

    void diskFull(boolean full) {
        diskFull = full;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    static Order order(String name) {
        return new Order(TENANT, new Operator(name, "rest"), false);
    }

    static Order dryRun(String name) {
        return new Order(TENANT, new Operator(name, "rest"), true);
    }

    Outcome ask(Person person) throws Exception {
        return approvals.destroy(order(person.name()), person, "1", true, "rotated long ago");
    }

    Outcome approve(Person person, Outcome asked) throws Exception {
        return approvals.approve(
                order(person.name()), person, asked.approval().orElseThrow().toString(), "fine");
    }

    Outcome reject(Person person, Outcome asked) throws Exception {
        return approvals.reject(
                order(person.name()), person, asked.approval().orElseThrow().toString(), "no", true);
    }

    StoredApproval.Status status(Outcome asked) throws Exception {
        approvals.refresh();
        return approvals.status(
                approvals.view().find(asked.approval().orElseThrow()).orElseThrow());
    }

    StoredVersion version(int number) throws StoreException {
        return store.load(TENANT).orElseThrow().versions().stream()
                .filter(version -> version.kek().number() == number)
                .findFirst()
                .orElseThrow();
    }

    boolean destroyed() throws StoreException {
        return version(1).state() == KeyState.DESTROYED && hsm.keys().size() == 1;
    }

    List<String> actions() {
        return recorded.stream()
                .map(event -> event.action() + " " + event.caller().name() + " " + event.outcome())
                .filter(text -> text.startsWith("approval.") || text.startsWith("key.destroy"))
                .toList();
    }

    @Override
    public void close() {
        store.close();
    }
}
