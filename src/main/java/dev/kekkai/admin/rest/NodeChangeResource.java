package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.EnrollOrder;
import dev.kekkai.admin.rest.view.FleetChangeView;
import dev.kekkai.admin.rest.view.RebaselineOrder;
import dev.kekkai.fleet.EnrollRequest;
import dev.kekkai.fleet.FleetAdministration;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.id.TenantId;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Changes of nodes: what {@code kekkai node} does on the host. */
@Path("/api/v1/tenants/{tenant}/nodes")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Roles.OPERATOR)
public class NodeChangeResource {
    private final FleetChanges changes;

    NodeChangeResource(FleetChanges changes) {
        this.changes = changes;
    }

    @POST
    @Operation(
            operationId = "enrollNodes",
            summary =
                    "Enrols machines by their EKs, all or none: one that waits for approval, or one that does not exist yet")
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = FleetChangeView.class)))
    public RestResponse<FleetChangeView> enroll(@BeanParam FleetCall call, @Nullable EnrollOrder order) {
        List<EnrollOrder.NodeOrder> nodes = nodes(order);
        return FleetAnswers.made(
                changes.carryOut(
                        call,
                        "enroll " + nodes,
                        (view, tenant) -> Fleets.tag(view.of(tenant.id())),
                        (fleet, to) -> () -> fleet.enroll(to, requests(fleet, to.tenant(), nodes))),
                change -> change.nodes().size() == 1
                        ? "/api/v1/tenants/" + change.nodes().getFirst().tenant() + "/nodes/"
                                + change.nodes().getFirst().id()
                        : "");
    }

    private static List<EnrollOrder.NodeOrder> nodes(@Nullable EnrollOrder order) {
        List<EnrollOrder.@Nullable NodeOrder> nodes = order == null ? null : order.nodes();
        if (nodes == null || nodes.isEmpty() || nodes.stream().anyMatch(Objects::isNull)) {
            throw new ProblemException(ProblemCode.BODY_NOT_UNDERSTOOD, "nodes lists at least one node");
        }
        List<EnrollOrder.NodeOrder> all = new ArrayList<>();
        for (EnrollOrder.NodeOrder node : nodes) {
            if (node == null || node.name() == null || node.ek() == null) {
                throw new ProblemException(ProblemCode.BODY_NOT_UNDERSTOOD, "each node has a name and an ek");
            }
            all.add(node);
        }
        return all;
    }

    private static List<EnrollRequest> requests(
            FleetAdministration fleet, TenantId tenant, List<EnrollOrder.NodeOrder> nodes) {
        List<EnrollRequest> requests = new ArrayList<>();
        for (EnrollOrder.NodeOrder node : nodes) {
            try {
                EnrollRequest request = new EnrollRequest(
                        text(node.name()),
                        node.group() == null ? EnrollRequest.DEFAULT_GROUP : text(node.group()),
                        fleet.ek(tenant, text(node.ek())),
                        Optional.empty(),
                        node.afterEviction());
                request.check();
                requests.add(request);
            } catch (FleetException e) {
                throw new ProblemException(ProblemCode.BODY_NOT_UNDERSTOOD, e);
            }
        }
        return requests;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    @POST
    @Path("/{node}/evict")
    @Operation(
            operationId = "evictNode",
            summary = "Lets a node in no more, from its next request on. Its EK stays taken")
    public RestResponse<FleetChangeView> evict(@BeanParam FleetCall call, @PathParam("node") String node) {
        return onNode(call, "evict", node, (fleet, to) -> () -> fleet.evict(to, node));
    }

    @POST
    @Path("/{node}/re-baseline")
    @Operation(
            operationId = "rebaselineNode",
            summary = "Lets the next attestation of a node pin another AK of the same EK")
    public RestResponse<FleetChangeView> rebaseline(
            @BeanParam FleetCall call, @PathParam("node") String node, @Nullable RebaselineOrder order) {
        boolean countersAnew = order != null && order.countersAnew();
        return onNode(
                call,
                "re-baseline " + countersAnew,
                node,
                (fleet, to) -> () -> fleet.rebaseline(to, node, countersAnew));
    }

    private RestResponse<FleetChangeView> onNode(FleetCall call, String word, String node, FleetChanges.Verb verb) {
        return FleetAnswers.done(changes.carryOut(
                call, word + ' ' + node, (view, tenant) -> Fleets.tag(Fleets.node(view, tenant, node)), verb));
    }
}
