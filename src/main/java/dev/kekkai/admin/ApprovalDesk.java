package dev.kekkai.admin;

import dev.kekkai.approval.ApprovalException;
import dev.kekkai.approval.Approvals;
import dev.kekkai.approval.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.id.Person;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Order;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.ApprovalDecided;
import dev.kekkai.wire.admin.v1.DecideApprovalRequest;
import dev.kekkai.wire.admin.v1.ListApprovalsRequest;
import dev.kekkai.wire.admin.v1.ListApprovalsResponse;
import java.util.Optional;
import java.util.function.Function;

/**
 * Shows requests and takes decisions in the messages of {@code kekkai_admin_approval_v1.proto}, for whoever is on the host: behind the admin socket, and
 * in a command while no server runs. Throws what {@link Approvals} throws.
 */
public final class ApprovalDesk {
    private final Approvals approvals;
    private final Function<String, Optional<TenantId>> tenants;
    private final Operator operator;

    /** @param tenants finds a tenant by name or UUID, and the default one by nothing */
    public ApprovalDesk(Approvals approvals, Function<String, Optional<TenantId>> tenants, Operator operator) {
        this.approvals = approvals;
        this.tenants = tenants;
        this.operator = operator;
    }

    public ListApprovalsResponse list(ListApprovalsRequest request) throws ApprovalException {
        ListApprovalsResponse.Builder response = ListApprovalsResponse.newBuilder();
        approvals
                .view()
                .of(tenant(request.getTenant()))
                .forEach(each -> response.addApprovals(ApprovalMessages.of(each, approvals.status(each))));
        return response.build();
    }

    public ApprovalDecided decide(DecideApprovalRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException, ApprovalException {
        Order order = new Order(tenant(request.getTenant()), operator, request.getDryRun());
        Person person = Person.host(operator.name());
        String approval = request.getApproval();
        Outcome outcome = request.getApproves()
                ? approvals.approve(order, person, approval, request.getReason())
                : approvals.reject(order, person, approval, request.getReason(), true);
        return ApprovalMessages.of(outcome, approvals);
    }

    /** The tenant that is meant. */
    TenantId tenant(String said) throws ApprovalException {
        return tenants.apply(said)
                .orElseThrow(() -> new ApprovalException(
                        ApprovalException.Kind.UNKNOWN,
                        "no tenant '" + said + "' is configured: tenants.folder has a file for each"));
    }
}
