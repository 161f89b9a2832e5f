package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.ClaimPage;
import dev.kekkai.admin.rest.view.ClaimView;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.fleet.Claimant;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** Machines that ask to be let in and that nobody has enrolled. From memory. */
@Path("/api/v1/tenants/{tenant}/claims")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.APPROVER, Roles.AUDITOR})
public class ClaimResource {
    private final Front front;

    ClaimResource(Front front) {
        this.front = front;
    }

    @GET
    @Operation(
            operationId = "listClaims",
            summary =
                    "Machines that wait for approval, longest first. Nothing that they say was checked: enrolNodes with the ek, once it is compared")
    public ClaimPage list(
            @PathParam("tenant") String tenant,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        ServedFleet fleet = Fleets.of(front.parts());
        List<Claimant> all = fleet
                .known()
                .claimants(Fleets.tenant(fleet, tenant).id())
                .stream()
                .sorted(Comparator.comparing(ClaimResource::place))
                .toList();
        Paging.Page<Claimant> page = Paging.of(all, ClaimResource::place, cursor, limit);
        return new ClaimPage(page.items().stream().map(FleetViews::of).toList(), page.next());
    }

    @GET
    @Path("/{ek}")
    @Operation(
            operationId = "getClaim",
            summary = "One of them, by the whole hex of its EK's name, or of its SPKI's hash")
    public ClaimView get(@PathParam("tenant") String tenant, @PathParam("ek") String ek) {
        ServedFleet fleet = Fleets.of(front.parts());
        Tenant of = Fleets.tenant(fleet, tenant);
        return FleetViews.of(Fleets.claimant(fleet, of, ek));
    }

    /** Text in the order of their times, which all have milliseconds. */
    private static String place(Claimant claimant) {
        return "%020d %s"
                .formatted(claimant.first().toEpochMilli(), claimant.ek().hex());
    }
}
