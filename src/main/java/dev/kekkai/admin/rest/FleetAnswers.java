package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.FleetChangeView;
import java.util.function.Function;
import org.jboss.resteasy.reactive.RestResponse;

/** Answers to changes of nodes and policies. */
final class FleetAnswers {
    private FleetAnswers() {}

    static RestResponse<FleetChangeView> done(Idempotency.Answered<FleetChangeView> answered) {
        return made(false, answered, change -> "");
    }

    /**
     * 201 where something was made, else 200.
     *
     * @param place of what was made; empty if it has none of its own
     */
    static RestResponse<FleetChangeView> made(
            Idempotency.Answered<FleetChangeView> answered, Function<FleetChangeView, String> place) {
        return made(answered.answer().changed(), answered, place);
    }

    private static RestResponse<FleetChangeView> made(
            boolean made, Idempotency.Answered<FleetChangeView> answered, Function<FleetChangeView, String> place) {
        RestResponse.ResponseBuilder<FleetChangeView> answer = RestResponse.ResponseBuilder.create(
                made ? RestResponse.Status.CREATED : RestResponse.Status.OK, answered.answer());
        String at = made ? place.apply(answered.answer()) : "";
        if (!at.isEmpty()) {
            answer.header("Location", at);
        }
        if (answered.before()) {
            answer.header("Idempotency-Replayed", "true");
        }
        return answer.build();
    }
}
