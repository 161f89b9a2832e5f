package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.ChangeView;
import dev.kekkai.admin.rest.view.DecisionOrder;
import dev.kekkai.approval.Outcome;
import dev.kekkai.id.Person;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Order;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Decisions on what others asked for. */
@Path("/api/v1/approvals/{approval}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
public class ApprovalChangeResource {
    private final Front front;
    private final SecurityIdentity identity;

    ApprovalChangeResource(Front front, SecurityIdentity identity) {
        this.front = front;
        this.identity = identity;
    }

    @POST
    @Path("/approve")
    @RolesAllowed(Roles.APPROVER)
    @Operation(
            operationId = "approve",
            summary = "Approves what somebody else asked for; the last approval that it needs carries it out")
    public RestResponse<ChangeView> approve(@BeanParam DecisionCall call, @Nullable DecisionOrder order) {
        String reason = reason(order);
        Person person = Callers.person(identity);
        return decide(
                call,
                "approve " + reason,
                (parts, to) -> () -> parts.approvals().approve(to, person, call.approval(), reason));
    }

    @POST
    @Path("/reject")
    @RolesAllowed({Roles.APPROVER, Roles.OPERATOR})
    @Operation(
            operationId = "reject",
            summary = "Rejects what somebody asked for; an operator takes back their own requests")
    public RestResponse<ChangeView> reject(@BeanParam DecisionCall call, @Nullable DecisionOrder order) {
        String reason = reason(order);
        Person person = Callers.person(identity);
        boolean mayDecide = identity.hasRole(Roles.APPROVER);
        return decide(
                call,
                "reject " + reason,
                (parts, to) -> () -> parts.approvals().reject(to, person, call.approval(), reason, mayDecide));
    }

    private static String reason(@Nullable DecisionOrder order) {
        return order == null || order.reason() == null ? "" : order.reason();
    }

    private interface Verb {
        Work.Call<Outcome> with(ServedParts parts, Order order);
    }

    private RestResponse<ChangeView> decide(DecisionCall call, String what, Verb verb) {
        Front.Open open = front.get();
        TenantId tenant =
                ApprovalViews.find(open.parts(), call.approval()).request().tenant();
        String caller = Callers.name(identity);
        Order order = new Order(tenant, new Operator(caller, LoginLedger.API), call.dryRun());
        Keyring keyring = Keyrings.served(open.parts(), tenant.toString());
        Idempotency.Answered<ChangeView> answered = open.idempotency()
                .once(
                        caller,
                        call.idempotencyKey(),
                        call.approval() + '\n' + what + '\n' + call.dryRun(),
                        ChangeView.class,
                        () -> ApprovalViews.of(Work.of(Changes.inService(keyring, verb.with(open.parts(), order)))));
        return ApprovalViews.answer(answered, call.dryRun());
    }
}
