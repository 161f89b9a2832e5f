package dev.kekkai.admin.rest;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** What every change of nodes and policies takes beside its body. */
public record FleetCall(
        @PathParam("tenant") @Parameter(description = "Its UUID, or its name")
        String tenant,

        @HeaderParam(Idempotency.HEADER)
        @Parameter(description = "A value of your own for each change; the same one to repeat it", required = true)
        @Nullable
        String idempotencyKey,

        @HeaderParam("If-Match")
        @Parameter(description = "ETag of the node, of the list of nodes, or of the policy as you saw it")
        @Nullable
        String ifMatch,

        @QueryParam("dryRun")
        @DefaultValue("false")
        @Parameter(description = "Change nothing, only say what would be done")
        boolean dryRun) {}
