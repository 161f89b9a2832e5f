package dev.kekkai.admin;

import dev.kekkai.approval.ApprovalException;
import dev.kekkai.approval.Approvals;
import dev.kekkai.approval.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.Person;
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
import dev.kekkai.wire.admin.v1.ListKeysRequest;
import dev.kekkai.wire.admin.v1.ListKeysResponse;
import dev.kekkai.wire.admin.v1.ReconcileStoreRequest;
import dev.kekkai.wire.admin.v1.RotateKeyRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Carries out orders in the messages of {@code kekkai_admin_v1.proto}, for one operator: behind the admin socket, and in a
 * command while no server runs. Throws what {@link KeyAdministration} throws.
 */
public final class KeyDesk {
    private final KeyAdministration keys;
    private final Function<String, Optional<TenantId>> tenants;
    private final List<TenantId> everybody;
    private final Mechanism mechanism;
    private final Approvals approvals;
    private final Operator operator;

    /**
     * Borrows what it works with.
     *
     * @param tenants finds a tenant by name or UUID, and the default one by nothing
     * @param everybody all tenants that are configured
     * @param mechanism for new KEKs, by the HSM's profile
     * @param approvals decides whether a destruction needs others
     */
    public KeyDesk(
            KeyAdministration keys,
            Function<String, Optional<TenantId>> tenants,
            List<TenantId> everybody,
            Mechanism mechanism,
            Approvals approvals,
            Operator operator) {
        this.keys = keys;
        this.tenants = tenants;
        this.everybody = List.copyOf(everybody);
        this.mechanism = mechanism;
        this.approvals = approvals;
        this.operator = operator;
    }

    public ListKeysResponse list(ListKeysRequest request) throws KeyringException, StoreException {
        KeyringView view = keys.view(tenant(request.getTenant()));
        ListKeysResponse.Builder response = ListKeysResponse.newBuilder().setProblem(view.problem());
        view.versions().forEach(version -> response.addVersions(KeyMessages.of(version)));
        view.unregistered().forEach(kek -> response.addVersions(KeyMessages.unregistered(kek)));
        return response.build();
    }

    public KeyChange create(CreateKeyRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return KeyMessages.of(
                keys.create(order(request.getTenant(), request.getDryRun()), mechanism, request.getNewKeyring()));
    }

    public KeyChange rotate(RotateKeyRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        RotationPlan plan =
                new RotationPlan(mechanism, request.getVersion(), Duration.ofMillis(request.getActivateInMillis()));
        return KeyMessages.of(keys.rotate(order(request.getTenant(), request.getDryRun()), plan));
    }

    public KeyChange adopt(AdoptKeysRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        Order order = order(request.getTenant(), request.getDryRun());
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
        Order order = order(request.getTenant(), request.getDryRun());
        String version = request.getVersion();
        if (request.getVerb() == ChangeKeyRequest.Verb.DESTROY) {
            return destroy(order, version, request);
        }
        Change change =
                switch (request.getVerb()) {
                    case RETIRE -> keys.retire(order, version);
                    case DISABLE -> keys.disable(order, version);
                    case ENABLE -> keys.enable(order, version);
                    case ACCEPT_PROVENANCE -> keys.acceptProvenance(order, version);
                    case DESTROY, VERB_UNSPECIFIED, UNRECOGNIZED ->
                        throw new KeyringException(
                                "the server does not know this verb: use the command of the server's own version");
                };
        return KeyMessages.of(change);
    }

    private KeyChange destroy(Order order, String version, ChangeKeyRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        try {
            Outcome outcome = approvals.destroy(
                    order,
                    Person.host(operator.name()),
                    version,
                    request.getOlderBackupsMayBecomeUnreadable(),
                    request.getReason());
            return KeyMessages.of(outcome.change()).toBuilder()
                    .setApproval(outcome.approval().map(ApprovalId::toString).orElse(""))
                    .setWaiting(outcome.waiting())
                    .build();
        } catch (ApprovalException e) {
            throw new KeyringException(String.valueOf(e.getMessage()), e);
        }
    }

    public KeyChange reconcile(ReconcileStoreRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        List<TenantId> meant = request.getTenant().isEmpty() ? everybody : List.of(tenant(request.getTenant()));
        return KeyMessages.of(keys.reconcile(meant, operator, request.getDryRun(), mechanism, request.getTakeOver()));
    }

    private Order order(String tenant, boolean dryRun) throws KeyringException {
        return new Order(tenant(tenant), operator, dryRun);
    }

    /** The tenant that is meant. */
    TenantId tenant(String said) throws KeyringException {
        return tenants.apply(said)
                .orElseThrow(() -> new KeyringException(
                        "no tenant '" + said + "' is configured: tenants.folder has a file for each"));
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
