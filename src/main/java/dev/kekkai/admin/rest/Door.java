package dev.kekkai.admin.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.admin.rest.view.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/**
 * What holds for every call before and after its resource: headers that keep a browser from making anything else of an answer, a bound on
 * bodies and on calls under way, a deadline; and a problem for every path that there is not.
 */
@Singleton
public class Door {
    private static final int FIRST = Integer.MIN_VALUE;
    private static final int LARGEST_BODY = 16 * 1024;
    private static final int MOST_CALLS = 32;
    /** Longer than every wait for HSM and store below. */
    private static final long PATIENCE_MILLIS = Duration.ofSeconds(60).toMillis();

    private static final String EVENTS = "/api/v1/events";

    private final Semaphore calls = new Semaphore(MOST_CALLS);

    void install(@Observes Router router) {
        router.route().order(FIRST).handler(this::enter);
        router.route().last().handler(context -> answer(context, ProblemCode.NO_SUCH_RESOURCE));
    }

    private void enter(RoutingContext context) {
        context.response()
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Cache-Control", "no-store")
                .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Strict-Transport-Security", "max-age=31536000");
        if (tooLarge(context.request())) {
            if (context.request().version() == HttpVersion.HTTP_1_1) {
                context.response().putHeader("Connection", "close");
            }
            answer(context, ProblemCode.TOO_LARGE);
        } else if (context.normalizedPath().equals(EVENTS)) {
            context.next();
        } else if (calls.tryAcquire()) {
            long timer = context.vertx().setTimer(PATIENCE_MILLIS, id -> answer(context, ProblemCode.DEADLINE));
            context.addEndHandler(ended -> {
                context.vertx().cancelTimer(timer);
                calls.release();
            });
            context.next();
        } else {
            answer(context, ProblemCode.TOO_MANY_CALLS);
        }
    }

    /** A body whose length is not told is cut off by the server's own bound. */
    private static boolean tooLarge(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length != null && (!length.matches("[0-9]{1,9}") || Integer.parseInt(length) > LARGEST_BODY);
    }

    private static void answer(RoutingContext context, ProblemCode code) {
        HttpServerResponse response = context.response();
        if (!response.headWritten() && !response.ended()) {
            response.setStatusCode(code.status())
                    .putHeader("Content-Type", Problems.TYPE)
                    .end(json(Problems.of(code, code.title())));
        }
    }

    private static String json(Problem problem) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("type", problem.type());
            json.writeStringField("title", problem.title());
            json.writeNumberField("status", problem.status());
            json.writeStringField("code", problem.code());
            json.writeStringField("detail", problem.detail());
            json.writeStringField("next", problem.next());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot be written to", e);
        }
        return text.toString();
    }
}
