package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.HealthView;
import dev.kekkai.admin.rest.view.HsmView;
import dev.kekkai.admin.rest.view.OverviewView;
import dev.kekkai.fleet.Node;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** How the server does: the first screen in one call, and its parts alone. From memory, so that it answers when nothing else does. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.APPROVER, Roles.AUDITOR})
public class OverviewResource {
    private final Front front;

    OverviewResource(Front front) {
        this.front = front;
    }

    @GET
    @Path("/overview")
    @Operation(
            operationId = "getOverview",
            summary = "Health, HSM, keyrings and nodes in one call; never waits for HSM or store")
    public OverviewView overview() {
        ServedParts parts = front.parts();
        return new OverviewView(
                parts.facts().version(),
                parts.facts().role(),
                parts.facts().started().toString(),
                Views.health(parts),
                Views.hsm(parts.facts().token(), parts.custody().get()),
                Keyrings.all(parts).stream()
                        .map(keyring -> Views.keyring(keyring.snapshot(), Instant.now()))
                        .toList(),
                parts.fleet().map(OverviewResource::active).orElse(-1),
                ApprovalViews.open(parts));
    }

    private static int active(ServedFleet fleet) {
        return fleet.known().stale().isPresent()
                ? -1
                : (int) fleet.known().view().nodes().values().stream()
                        .filter(Node::active)
                        .count();
    }

    @GET
    @Path("/health")
    @Operation(operationId = "getHealth", summary = "Whether a wrap can be expected to work")
    public HealthView health() {
        return Views.health(front.parts());
    }

    @GET
    @Path("/hsm")
    @Operation(operationId = "getHsm", summary = "The token, its sessions, and the breaker")
    public HsmView hsm() {
        ServedParts parts = front.parts();
        return Views.hsm(parts.facts().token(), parts.custody().get());
    }
}
