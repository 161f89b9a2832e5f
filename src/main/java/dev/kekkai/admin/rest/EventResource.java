package dev.kekkai.admin.rest;

import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/** What changes, as server-sent events, so that a console need not poll. */
@Path("/api/v1/events")
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.APPROVER, Roles.AUDITOR})
public class EventResource {
    private final Front front;

    EventResource(Front front) {
        this.front = front;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            operationId = "streamEvents",
            summary =
                    "health, hsm, keyring, node, policy and claims events as they come; reset says that some were missed. Ends after five minutes: come back"
                            + " with Last-Event-ID")
    @APIResponse(responseCode = "200", content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS))
    public Multi<OutboundSseEvent> events(@Context Sse sse, @HeaderParam("Last-Event-ID") @Nullable String last) {
        return front.get().events().listen(last).map(event -> of(sse, event));
    }

    private static OutboundSseEvent of(Sse sse, EventFeed.Event event) {
        OutboundSseEvent.Builder builder = sse.newEventBuilder();
        return event.type().isEmpty()
                ? builder.comment(event.data()).build()
                : builder.id(event.id())
                        .name(event.type())
                        .mediaType(MediaType.TEXT_PLAIN_TYPE)
                        .data(String.class, event.data())
                        .build();
    }
}
