package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.ApprovalPage;
import dev.kekkai.admin.rest.view.ApprovalView;
import dev.kekkai.approval.Approvals;
import dev.kekkai.store.StoredApproval;
import dev.kekkai.store.StoredApproval.Status;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** What waits for approval, and what became of what was asked for before. From memory. */
@Path("/api/v1/approvals")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.APPROVER, Roles.AUDITOR})
public class ApprovalResource {
    private static final int ABOVE_ALL = 1_000_000_000;

    private final Front front;

    ApprovalResource(Front front) {
        this.front = front;
    }

    private record Placed(StoredApproval approval, String place) {}

    @GET
    @Operation(
            operationId = "listApprovals",
            summary = "Requests for approval, newest first; all, or those of a status")
    public ApprovalPage list(
            @QueryParam("status") @Nullable String status,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        Optional<Status> wanted = Optional.ofNullable(status).map(ApprovalResource::status);
        ServedParts parts = front.parts();
        Approvals approvals = parts.approvals();
        long serial = approvals.view().serial();
        List<StoredApproval> asked = ApprovalViews.all(parts);
        List<Placed> all = new ArrayList<>();
        for (int i = asked.size() - 1; i >= 0; i--) {
            StoredApproval approval = asked.get(i);
            if (wanted.isEmpty() || wanted.get() == approvals.status(approval)) {
                all.add(new Placed(approval, "%010d".formatted(ABOVE_ALL - i)));
            }
        }
        Paging.Page<Placed> page = Paging.of(all, Placed::place, cursor, limit);
        return new ApprovalPage(
                serial,
                page.items().stream()
                        .map(placed -> ApprovalViews.of(placed.approval(), approvals))
                        .toList(),
                page.next());
    }

    @GET
    @Path("/{approval}")
    @Operation(operationId = "getApproval", summary = "What exactly is asked for, and who has decided what")
    public ApprovalView get(@PathParam("approval") String id) {
        ServedParts parts = front.parts();
        return ApprovalViews.of(ApprovalViews.find(parts, id), parts.approvals());
    }

    private static Status status(String word) {
        return Arrays.stream(Status.values())
                .filter(status -> status.name().equals(word))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.PARAMETER_NOT_UNDERSTOOD, "status is one of " + List.of(Status.values())));
    }
}
