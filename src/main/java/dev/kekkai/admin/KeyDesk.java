package dev.kekkai.admin;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.Change;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.KeyringView;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Order;
import dev.kekkai.keyring.RotationPlan;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.AdoptKeysRequest;
import dev.kekkai.wire.admin.v1.ChangeKeyRequest;
import dev.kekkai.wire.admin.v1.CreateKeyRequest;
import dev.kekkai.wire.admin.v1.KeyChange;
import dev.kekkai.wire.admin.v1.ListKeysResponse;
import dev.kekkai.wire.admin.v1.ReconcileStoreRequest;
import dev.kekkai.wire.admin.v1.RotateKeyRequest;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Carries out orders in the messages of {@code kekkai_admin_v1.proto}, for one operator and one tenant: behind the admin socket, and in a
 * command while no server runs. Throws what {@link KeyAdministration} throws.
 */
public final class KeyDesk {
    private final KeyAdministration keys;
    private final TenantId tenant;
    private final Mechanism mechanism;
    private final Operator operator;

    /**
     * @param mechanism for new KEKs, by the HSM's profile
     */
    public KeyDesk(KeyAdministration keys, TenantId tenant, Mechanism mechanism, Operator operator) {
        this.keys = keys;
        this.tenant = tenant;
        this.mechanism = mechanism;
        this.operator = operator;
    }

    public ListKeysResponse list() throws StoreException {
        KeyringView view = keys.view(tenant);
        ListKeysResponse.Builder response = ListKeysResponse.newBuilder().setProblem(view.problem());
        view.versions().forEach(version -> response.addVersions(KeyMessages.of(version)));
        view.unregistered().forEach(kek -> response.addVersions(KeyMessages.unregistered(kek)));
        return response.build();
    }

    public KeyChange create(CreateKeyRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return KeyMessages.of(keys.create(order(request.getDryRun()), mechanism, request.getNewKeyring()));
    }

    public KeyChange rotate(RotateKeyRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        RotationPlan plan =
                new RotationPlan(mechanism, request.getVersion(), Duration.ofMillis(request.getActivateInMillis()));
        return KeyMessages.of(keys.rotate(order(request.getDryRun()), plan));
    }

    public KeyChange adopt(AdoptKeysRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        Order order = order(request.getDryRun());
        if (!request.getVersion().isEmpty()) {
            return KeyMessages.of(keys.renewCanary(order, request.getVersion()));
        }
        Lineage lineage = lineage(request.getLineage());
        return KeyMessages.of(
                request.getNeverUsed()
                        ? keys.adoptNew(order, lineage, request.getAcceptProvenance())
                        : keys.adopt(order, lineage, request.getAcceptProvenance()));
    }

    public KeyChange change(ChangeKeyRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        Order order = order(request.getDryRun());
        String version = request.getVersion();
        Change change =
                switch (request.getVerb()) {
                    case RETIRE -> keys.retire(order, version);
                    case DISABLE -> keys.disable(order, version);
                    case ENABLE -> keys.enable(order, version);
                    case DESTROY -> keys.destroy(order, version, request.getOlderBackupsMayBecomeUnreadable());
                    case ACCEPT_PROVENANCE -> keys.acceptProvenance(order, version);
                    case VERB_UNSPECIFIED, UNRECOGNIZED ->
                        throw new KeyringException(
                                "the server does not know this verb: use the command of the server's own version");
                };
        return KeyMessages.of(change);
    }

    public KeyChange reconcile(ReconcileStoreRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return KeyMessages.of(keys.reconcile(order(request.getDryRun()), mechanism, request.getTakeOver()));
    }

    private Order order(boolean dryRun) {
        return new Order(tenant, operator, dryRun);
    }

    private static @Nullable Lineage lineage(String text) throws KeyringException {
        if (text.isEmpty()) {
            return null;
        }
        try {
            return new Lineage(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            throw new KeyringException("a lineage is a UUID", e);
        }
    }
}
