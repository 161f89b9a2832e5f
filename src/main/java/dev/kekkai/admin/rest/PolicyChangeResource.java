package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.FleetChangeView;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.policy.PolicyDocument;
import dev.kekkai.fleet.policy.PolicyText;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Changes of policies: what {@code kekkai policy} does on the host, but what puts a whole one. */
@Path("/api/v1/tenants/{tenant}/policies/{group}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Roles.OPERATOR)
public class PolicyChangeResource {
    private final FleetChanges changes;

    PolicyChangeResource(FleetChanges changes) {
        this.changes = changes;
    }

    @POST
    @Path("/alternatives")
    @Operation(
            operationId = "addAlternative",
            summary = "Adds one alternative, PENDING, to a group's policy, which begins with it if there is none")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            schema =
                                    @Schema(
                                            type = SchemaType.OBJECT,
                                            description =
                                                    "What kekkai policy predict prints: bank, name and rules, read as strictly as kekkai policy add does",
                                            examples =
                                                    "{\"bank\":\"sha256\",\"name\":\"kernel-6.13\",\"rules\":[{\"pcr\":4,\"values\":[\"…\"]}]}")))
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = FleetChangeView.class)))
    public RestResponse<FleetChangeView> add(
            @BeanParam FleetCall call, @PathParam("group") String group, @Nullable String document) {
        Alternative alternative = read(document);
        return FleetAnswers.made(
                changes.carryOut(
                        call,
                        "add " + group + ' ' + PolicyText.pretty(alternative),
                        (view, tenant) -> Fleets.tag(view, tenant, group),
                        (fleet, to) -> () -> fleet.addAlternative(to, group, alternative)),
                change -> "");
    }

    private static Alternative read(@Nullable String document) {
        try {
            return PolicyDocument.readAlternative(
                    "the body", (document == null ? "" : document).getBytes(StandardCharsets.UTF_8));
        } catch (FleetException e) {
            throw new ProblemException(ProblemCode.BODY_NOT_UNDERSTOOD, e);
        }
    }

    @POST
    @Path("/alternatives/{alternative}/activate")
    @Operation(operationId = "activateAlternative", summary = "PENDING to ACTIVE: nodes that it fits are let in")
    public RestResponse<FleetChangeView> activate(
            @BeanParam FleetCall call, @PathParam("group") String group, @PathParam("alternative") String alternative) {
        return onPolicy(
                call,
                "activate " + alternative,
                group,
                alternative,
                (fleet, to) -> () -> fleet.activate(to, group, alternative));
    }

    @POST
    @Path("/alternatives/{alternative}/retire")
    @Operation(
            operationId = "retireAlternative",
            summary = "ACTIVE to RETIRED, for good: nodes that fit no other are let in no more")
    public RestResponse<FleetChangeView> retire(
            @BeanParam FleetCall call, @PathParam("group") String group, @PathParam("alternative") String alternative) {
        return onPolicy(
                call,
                "retire " + alternative,
                group,
                alternative,
                (fleet, to) -> () -> fleet.retire(to, group, alternative));
    }

    @POST
    @Path("/audit-only")
    @Operation(operationId = "auditPolicyOnly", summary = "Has what the alternatives refuse reported and let pass")
    public RestResponse<FleetChangeView> auditOnly(@BeanParam FleetCall call, @PathParam("group") String group) {
        return onPolicy(call, "audit-only", group, "", (fleet, to) -> () -> fleet.auditOnly(to, group, true));
    }

    @POST
    @Path("/enforce")
    @Operation(operationId = "enforcePolicy", summary = "Has what the alternatives refuse refused again")
    public RestResponse<FleetChangeView> enforce(@BeanParam FleetCall call, @PathParam("group") String group) {
        return onPolicy(call, "enforce", group, "", (fleet, to) -> () -> fleet.auditOnly(to, group, false));
    }

    /** @param alternative which must be there; empty for none */
    private RestResponse<FleetChangeView> onPolicy(
            FleetCall call, String word, String group, String alternative, FleetChanges.Verb verb) {
        return FleetAnswers.done(changes.carryOut(
                call, group + ' ' + word, (view, tenant) -> tag(view, tenant, group, alternative), verb));
    }

    private static String tag(FleetView view, Tenant tenant, String group, String alternative) {
        if (!alternative.isEmpty()) {
            Alternative unused = FleetViews.find(Fleets.policy(view, tenant, group), alternative);
        }
        return Fleets.tag(Fleets.policy(view, tenant, group));
    }
}
