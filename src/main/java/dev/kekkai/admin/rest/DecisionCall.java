package dev.kekkai.admin.rest;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** What every decision takes beside its body. */
public record DecisionCall(
        @PathParam("approval") @Parameter(description = "Its id, a UUID")
        String approval,

        @HeaderParam(Idempotency.HEADER)
        @Parameter(description = "A value of your own for each decision; the same one to repeat it", required = true)
        @Nullable
        String idempotencyKey,

        @QueryParam("dryRun")
        @DefaultValue("false")
        @Parameter(description = "Change nothing, only say what would be done")
        boolean dryRun) {}
