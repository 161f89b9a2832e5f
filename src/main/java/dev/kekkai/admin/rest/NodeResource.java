package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.NodePage;
import dev.kekkai.admin.rest.view.NodePolicyDiff;
import dev.kekkai.admin.rest.view.NodeView;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.Node;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The nodes of a tenant with what was last seen of them. From memory. */
@Path("/api/v1/tenants/{tenant}/nodes")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.APPROVER, Roles.AUDITOR})
public class NodeResource {
    private final Front front;

    NodeResource(Front front) {
        this.front = front;
    }

    @GET
    @Operation(
            operationId = "listNodes",
            summary =
                    "Enrolled nodes by name, evicted ones too, each with its last verdict; the ETag is that of all of them")
    public RestResponse<NodePage> list(
            @PathParam("tenant") String tenant,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        ServedFleet fleet = Fleets.of(front.parts());
        Tenant of = Fleets.tenant(fleet, tenant);
        FleetView view = Fleets.view(fleet);
        List<Node> all = view.of(of.id());
        Paging.Page<Node> page = Paging.of(all, NodeResource::place, cursor, limit);
        NodePage answer = new NodePage(
                view.serial(),
                page.items().stream()
                        .map(node -> FleetViews.of(node, fleet.known().observed(node.id())))
                        .toList(),
                page.next());
        return RestResponse.ResponseBuilder.ok(answer)
                .header(HttpHeaders.ETAG, Fleets.tag(all))
                .build();
    }

    @GET
    @Path("/{node}")
    @Operation(
            operationId = "getNode",
            summary = "One node with its last verdict; its ETag goes into If-Match of a change")
    public RestResponse<NodeView> get(@PathParam("tenant") String tenant, @PathParam("node") String id) {
        ServedFleet fleet = Fleets.of(front.parts());
        Node node = Fleets.node(Fleets.view(fleet), Fleets.tenant(fleet, tenant), id);
        return RestResponse.ResponseBuilder.ok(FleetViews.of(node, fleet.known().observed(node.id())))
                .header(HttpHeaders.ETAG, Fleets.tag(node))
                .build();
    }

    @GET
    @Path("/{node}/policy-diff")
    @Operation(
            operationId = "diffNode",
            summary =
                    "Which alternatives of its group's policy a node would pass as it was last quoted, and why not the others")
    public NodePolicyDiff diff(@PathParam("tenant") String tenant, @PathParam("node") String id) {
        ServedFleet fleet = Fleets.of(front.parts());
        Tenant of = Fleets.tenant(fleet, tenant);
        FleetView view = Fleets.view(fleet);
        Node node = Fleets.node(view, of, id);
        return NodeDiffs.of(
                node, Fleets.policy(view, of, node.group()), fleet.known().observed(node.id()));
    }

    /** In the order of {@link FleetView#of}: a name has nothing that comes before a blank. */
    private static String place(Node node) {
        return node.name() + ' ' + node.id();
    }
}
