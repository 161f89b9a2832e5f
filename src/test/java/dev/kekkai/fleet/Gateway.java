package dev.kekkai.fleet;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.gateway.GatewayWitness;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.CertificateAuthority;
import dev.kekkai.identity.ServerIdentity;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Order;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.sql.SqlKeyringStore;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** What a gateway keeps of its fleet, on a database and with a memory of its own; time passes when a test says so. */
final class Gateway implements AutoCloseable {
    static final TenantId TENANT = TenantId.DEFAULT;
    static final TenantId OTHER = new TenantId(UUID.fromString("22222222-2222-4222-8222-222222222222"));
    static final Duration MAX_STALENESS = Duration.ofHours(1);

    final List<AuditEvent> recorded = new CopyOnWriteArrayList<>();
    final AtomicLong nanos = new AtomicLong();
    final SqlKeyringStore store;
    final FleetService fleet;
    final FleetAdministration administration;
    private volatile boolean auditFails;

    Gateway(TestDatabase database, MemorySigningKey key, Path folder) throws StoreException {
        this(database, key, folder, witness(key, InstantSource.system(), key));
    }

    Gateway(TestDatabase database, MemorySigningKey key, Path folder, Witness witness) throws StoreException {
        store = database.open(Hosts.notary(key, folder));
        fleet = new FleetService(
                store.fleet(), Set.of(TENANT), InstantSource.system(), MAX_STALENESS, witness, nanos::get);
        administration = new FleetAdministration(fleet, this::record, InstantSource.system());
        fleet.look();
    }

    /** A gateway whose certificate a root signed at a time, and which believes those that some roots signed. */
    static Witness witness(MemorySigningKey root, InstantSource clock, MemorySigningKey... believed) {
        try {
            ServerIdentity identity = ServerIdentity.make(
                    CertificateAuthority.of(root.serverRoot().generate(), "Kekkai server root 1", new SecureRandom()),
                    List.of("gateway.example"),
                    clock);
            return new GatewayWitness(
                    identity,
                    Stream.of(believed)
                            .map(key -> GatewayWitness.key(
                                    key.serverRoot().generate().publicKey()))
                            .toList());
        } catch (CustodyException e) {
            throw new AssertionError(e);
        }
    }

    private void record(AuditEvent event) throws AuditException {
        if (auditFails) {
            throw new AuditException("the disk is full", new java.io.IOException("no space"));
        }
        recorded.add(event);
    }

    void auditFails() {
        auditFails = true;
    }

    static Order order() {
        return new Order(TENANT, new Operator("root", "admin"), false);
    }

    static Order dryRun() {
        return new Order(TENANT, new Operator("root", "admin"), true);
    }

    static Order of(TenantId tenant) {
        return new Order(tenant, new Operator("root", "admin"), false);
    }

    static EkFingerprint ek(int number) {
        return EkFingerprint.parse("000b" + "%064x".formatted(number));
    }

    static EkFingerprint spki(int number) {
        return EkFingerprint.parse("%064x".formatted(number));
    }

    static EnrollRequest request(String name, EkFingerprint ek) {
        return new EnrollRequest(name, "control-plane", ek, Optional.empty(), false);
    }

    static EnrollRequest comesBack(String name, EkFingerprint ek) {
        return new EnrollRequest(name, "control-plane", ek, Optional.empty(), true);
    }

    Node enrolled(String name, EkFingerprint ek) throws Exception {
        return administration
                .enroll(order(), List.of(request(name, ek)))
                .nodes()
                .getFirst();
    }

    Optional<Node> node(String name) {
        return fleet.view().of(TENANT).stream()
                .filter(node -> node.name().equals(name) && node.active())
                .findFirst();
    }

    @Override
    public void close() {
        store.close();
    }
}
