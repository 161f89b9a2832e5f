package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.PolicyDiff;
import dev.kekkai.admin.rest.view.PolicyPage;
import dev.kekkai.admin.rest.view.PolicyView;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.FleetView.Group;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The policies that a tenant's nodes are held to. From memory. */
@Path("/api/v1/tenants/{tenant}/policies")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.APPROVER, Roles.AUDITOR})
public class PolicyResource {
    private final Front front;

    PolicyResource(Front front) {
        this.front = front;
    }

    @GET
    @Operation(operationId = "listPolicies", summary = "Policies by group")
    public PolicyPage list(
            @PathParam("tenant") String tenant,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        ServedFleet fleet = Fleets.of(front.parts());
        Tenant of = Fleets.tenant(fleet, tenant);
        FleetView view = Fleets.view(fleet);
        List<Map.Entry<Group, Policy>> all = view.policies().entrySet().stream()
                .filter(entry -> entry.getKey().tenant().equals(of.id()))
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
    @Path("/{group}")
    @Operation(
            operationId = "getPolicy",
            summary = "What one group is held to; its ETag goes into If-Match of a change")
    public RestResponse<PolicyView> get(@PathParam("tenant") String tenant, @PathParam("group") String group) {
        Policy policy = find(tenant, group);
        return RestResponse.ResponseBuilder.ok(FleetViews.of(group, policy))
                .header(HttpHeaders.ETAG, Fleets.tag(policy))
                .build();
    }

    @GET
    @Path("/{group}/diff")
    @Operation(
            operationId = "diffPolicy",
            summary = "In what two alternatives of a policy differ: before a PENDING one is activated, say")
    public PolicyDiff diff(
            @PathParam("tenant") String tenant,
            @PathParam("group") String group,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to) {
        if (from == null || to == null) {
            throw new ProblemException(ProblemCode.PARAMETER_NOT_UNDERSTOOD, "from and to name two alternatives");
        }
        return FleetViews.diff(group, find(tenant, group), from, to);
    }

    private Policy find(String tenant, String group) {
        ServedFleet fleet = Fleets.of(front.parts());
        return Fleets.policy(Fleets.view(fleet), Fleets.tenant(fleet, tenant), group);
    }
}
