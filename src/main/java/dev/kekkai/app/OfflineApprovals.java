package dev.kekkai.app;

import dev.kekkai.admin.ApprovalDesk;
import dev.kekkai.approval.ApprovalException;
import dev.kekkai.approval.Approvals;
import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.Operator;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.ApprovalDecided;
import dev.kekkai.wire.admin.v1.DecideApprovalRequest;
import dev.kekkai.wire.admin.v1.ListApprovalsRequest;
import dev.kekkai.wire.admin.v1.ListApprovalsResponse;

/** What the admin socket does with approvals, for when no server runs; in the same messages. Throws what {@link ApprovalDesk} throws. */
public final class OfflineApprovals {
    private final ApprovalDesk desk;

    /** Borrows a workbench, and reads what is stored. */
    public OfflineApprovals(Workbench bench, Operator operator) throws StoreException {
        Approvals approvals = bench.approvals(bench.keys());
        approvals.refresh();
        this.desk = bench.desk(approvals, operator);
    }

    public ListApprovalsResponse list(ListApprovalsRequest request) throws ApprovalException {
        return desk.list(request);
    }

    public ApprovalDecided decide(DecideApprovalRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException, ApprovalException {
        return desk.decide(request);
    }
}
