package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.ChangeView;
import dev.kekkai.admin.rest.view.CreateOrder;
import dev.kekkai.admin.rest.view.DestroyOrder;
import dev.kekkai.admin.rest.view.RotateOrder;
import dev.kekkai.id.Person;
import dev.kekkai.keyring.RotationPlan;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Changes of keyrings: what {@code kekkai key} does on the host. */
@Path("/api/v1/keyrings/{keyring}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Roles.OPERATOR)
public class KeyChangeResource {
    private final Changes changes;
    private final SecurityIdentity identity;

    KeyChangeResource(Changes changes, SecurityIdentity identity) {
        this.changes = changes;
        this.identity = identity;
    }

    @POST
    @Path("/versions")
    @Operation(operationId = "createVersion", summary = "Generates a KEK inside the HSM and registers it as PREPARED")
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = ChangeView.class)))
    public RestResponse<ChangeView> create(@BeanParam ChangeCall call, @Nullable CreateOrder order) {
        boolean newKeyring = order != null && order.newKeyring();
        return answer(
                call,
                "versions",
                changes.carryOut(
                        call,
                        "create " + newKeyring,
                        view -> {},
                        (parts, to) -> () -> parts.keys().create(to, parts.mechanism(), newKeyring)));
    }

    @POST
    @Path("/rotations")
    @Operation(
            operationId = "rotate",
            summary =
                    "Makes a new KEK, or takes a PREPARED one, proves it, and makes it ACTIVE now or when its time has come")
    @APIResponse(responseCode = "201", content = @Content(schema = @Schema(implementation = ChangeView.class)))
    public RestResponse<ChangeView> rotate(@BeanParam ChangeCall call, @Nullable RotateOrder order) {
        String version = order == null || order.version() == null ? "" : order.version();
        Duration activateIn = duration(order == null ? null : order.activateIn());
        return answer(
                call,
                "rotations",
                changes.carryOut(
                        call,
                        "rotate " + version + ' ' + activateIn,
                        view -> {
                            if (!version.isEmpty()) {
                                Keyrings.requireVersion(view, version);
                            }
                        },
                        (parts, to) -> () ->
                                parts.keys().rotate(to, new RotationPlan(parts.mechanism(), version, activateIn))));
    }

    @POST
    @Path("/versions/{version}/retire")
    @Operation(operationId = "retireVersion", summary = "Puts a PREPARED version away, and calls its rotation off")
    public RestResponse<ChangeView> retire(@BeanParam ChangeCall call, @PathParam("version") String version) {
        return onVersion(
                call, "retire", version, (parts, to) -> () -> parts.keys().retire(to, version));
    }

    @POST
    @Path("/versions/{version}/disable")
    @Operation(
            operationId = "disableVersion",
            summary = "Makes a RETIRED version refuse: what it wrapped opens no more, until it is enabled")
    public RestResponse<ChangeView> disable(@BeanParam ChangeCall call, @PathParam("version") String version) {
        return onVersion(
                call, "disable", version, (parts, to) -> () -> parts.keys().disable(to, version));
    }

    @POST
    @Path("/versions/{version}/enable")
    @Operation(
            operationId = "enableVersion",
            summary = "Examines the key of a DISABLED version and makes it RETIRED again")
    public RestResponse<ChangeView> enable(@BeanParam ChangeCall call, @PathParam("version") String version) {
        return onVersion(
                call, "enable", version, (parts, to) -> () -> parts.keys().enable(to, version));
    }

    @POST
    @Path("/versions/{version}/destroy")
    @Operation(
            operationId = "destroyVersion",
            summary =
                    "Asks for the destruction of a DISABLED version's key, for good; it is carried out when enough others have approved")
    @APIResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = ChangeView.class)))
    @APIResponse(
            responseCode = "202",
            description = "It waits for approvals",
            content = @Content(schema = @Schema(implementation = ChangeView.class)))
    public RestResponse<ChangeView> destroy(
            @BeanParam ChangeCall call, @PathParam("version") String version, @Nullable DestroyOrder order) {
        boolean word = order != null && order.olderBackupsMayBecomeUnreadable();
        String reason = order == null || order.reason() == null ? "" : order.reason();
        Person person = Callers.person(identity);
        return ApprovalViews.answer(
                changes.answer(
                        call,
                        "destroy " + version + ' ' + word + ' ' + reason,
                        view -> Keyrings.requireVersion(view, version),
                        (parts, to) ->
                                () -> ApprovalViews.of(parts.approvals().destroy(to, person, version, word, reason))),
                call.dryRun());
    }

    private RestResponse<ChangeView> onVersion(ChangeCall call, String word, String version, Changes.Verb verb) {
        return answer(
                call,
                "",
                changes.carryOut(call, word + ' ' + version, view -> Keyrings.requireVersion(view, version), verb));
    }

    /** 201 with the place of what was made, or 200. */
    private static RestResponse<ChangeView> answer(
            ChangeCall call, String list, Idempotency.Answered<ChangeView> answered) {
        ChangeView change = answered.answer();
        boolean made = !list.isEmpty() && change.changed() && !change.versions().isEmpty();
        RestResponse.ResponseBuilder<ChangeView> answer = RestResponse.ResponseBuilder.create(
                made ? RestResponse.Status.CREATED : RestResponse.Status.OK, change);
        if (made) {
            answer.header(
                    "Location",
                    "/api/v1/keyrings/" + call.keyring() + '/' + list + '/'
                            + change.versions().getFirst().number());
        }
        if (answered.before()) {
            answer.header("Idempotency-Replayed", "true");
        }
        return answer.build();
    }

    private static Duration duration(@Nullable String text) {
        try {
            return text == null ? Duration.ZERO : Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new ProblemException(
                    ProblemCode.BODY_NOT_UNDERSTOOD, "activateIn is an ISO 8601 duration, such as PT1H or P7D");
        }
    }
}
