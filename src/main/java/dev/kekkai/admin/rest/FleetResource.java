package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.NodePage;
import dev.kekkai.admin.rest.view.NodeView;
import dev.kekkai.admin.rest.view.PolicyDiff;
import dev.kekkai.admin.rest.view.PolicyPage;
import dev.kekkai.admin.rest.view.PolicyView;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.FleetView.Group;
import dev.kekkai.fleet.Node;
import dev.kekkai.id.TenantId;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** The nodes of this server's tenant with what was last seen of them, and the policies that they are held to. From memory. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.APPROVER, Roles.AUDITOR})
public class FleetResource {
    private final Front front;

    FleetResource(Front front) {
        this.front = front;
    }

    @GET
    @Path("/nodes")
    @Operation(
            operationId = "listNodes",
            summary = "Enrolled nodes by name, evicted ones too, each with its last verdict")
    public NodePage nodes(
            @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        Fleet fleet = fleet();
        FleetView view = fleet.view();
        List<Node> all = view.of(tenant()).stream()
                .sorted(Comparator.comparing(FleetResource::place))
                .toList();
        Paging.Page<Node> page = Paging.of(all, FleetResource::place, cursor, limit);
        return new NodePage(
                view.serial(),
                page.items().stream()
                        .map(node -> FleetViews.of(node, fleet.observed(node.id())))
                        .toList(),
                page.next());
    }

    @GET
    @Path("/nodes/{node}")
    @Operation(operationId = "getNode", summary = "One node with its last verdict")
    public NodeView node(@PathParam("node") String id) {
        Fleet fleet = fleet();
        return fleet.view().of(tenant()).stream()
                .filter(node -> node.id().toString().equals(id))
                .findFirst()
                .map(node -> FleetViews.of(node, fleet.observed(node.id())))
                .orElseThrow(() -> new ProblemException(ProblemCode.NO_SUCH_NODE, "no node has this id"));
    }

    @GET
    @Path("/policies")
    @Operation(operationId = "listPolicies", summary = "Policies by group")
    public PolicyPage policies(
            @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        FleetView view = fleet().view();
        TenantId tenant = tenant();
        List<Map.Entry<Group, Policy>> all = view.policies().entrySet().stream()
                .filter(entry -> entry.getKey().tenant().equals(tenant))
                .sorted(Comparator.comparing(entry -> entry.getKey().name()))
                .toList();
        Paging.Page<Map.Entry<Group, Policy>> page =
                Paging.of(all, entry -> entry.getKey().name(), cursor, limit);
        return new PolicyPage(
                view.serial(),
                page.items().stream()
                        .map(entry -> FleetViews.of(entry.getKey().name(), entry.getValue()))
                        .toList(),
                page.next());
    }

    @GET
    @Path("/policies/{group}")
    @Operation(operationId = "getPolicy", summary = "What one group is held to")
    public PolicyView policy(@PathParam("group") String group) {
        return FleetViews.of(group, find(group));
    }

    @GET
    @Path("/policies/{group}/diff")
    @Operation(
            operationId = "diffPolicy",
            summary = "In what two alternatives of a policy differ: before a PENDING one is activated, say")
    public PolicyDiff diff(
            @PathParam("group") String group,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to) {
        if (from == null || to == null) {
            throw new ProblemException(ProblemCode.PARAMETER_NOT_UNDERSTOOD, "from and to name two alternatives");
        }
        return FleetViews.diff(group, find(group), from, to);
    }

    private Policy find(String group) {
        Policy policy = fleet().view().policies().get(new Group(tenant(), group));
        if (policy == null) {
            throw new ProblemException(ProblemCode.NO_SUCH_POLICY, "no group of this name has a policy");
        }
        return policy;
    }

    private Fleet fleet() {
        return front.parts()
                .fleet()
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.FLEET_NOT_SERVED,
                        "the role of this server is " + front.parts().facts().role()));
    }

    private TenantId tenant() {
        return front.parts().keyring().snapshot().tenant();
    }

    private static String place(Node node) {
        return node.name() + ' ' + node.id();
    }
}
