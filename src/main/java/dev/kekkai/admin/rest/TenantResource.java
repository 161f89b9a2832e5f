package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.FleetScreen;
import dev.kekkai.admin.rest.view.TenantPage;
import dev.kekkai.config.Tenants.Tenant;
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

/** The clusters whose nodes are served, each as a whole. From memory. */
@Path("/api/v1/tenants")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.APPROVER, Roles.AUDITOR})
public class TenantResource {
    private final Front front;

    TenantResource(Front front) {
        this.front = front;
    }

    @GET
    @Operation(operationId = "listTenants", summary = "Configured tenants by name, each with how its nodes do")
    public TenantPage list(
            @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        ServedParts parts = front.parts();
        List<Tenant> all = Fleets.of(parts).tenants().all().stream()
                .sorted(Comparator.comparing(Tenant::name))
                .toList();
        Paging.Page<Tenant> page = Paging.of(all, Tenant::name, cursor, limit);
        return new TenantPage(
                page.items().stream()
                        .map(tenant -> TenantViews.of(parts, tenant))
                        .toList(),
                page.next());
    }

    @GET
    @Path("/{tenant}")
    @Operation(
            operationId = "getTenant",
            summary =
                    "A tenant's first screen in one call: counts, groups, its keyring, nodes that are refused, machines that wait")
    public FleetScreen tenant(@PathParam("tenant") String said) {
        ServedParts parts = front.parts();
        return TenantViews.screen(parts, Fleets.tenant(Fleets.of(parts), said));
    }
}
