package dev.kekkai.admin.rest;

import dev.kekkai.config.AdminApi;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Where resources find what they are about: nothing until the server serves, and every call is answered with that. */
@Singleton
public class Front {
    private final AtomicReference<@Nullable Open> open = new AtomicReference<>();

    /** What is there while it serves. */
    record Open(AdminApi config, ServedParts parts, EventFeed events, Idempotency idempotency, LoginLedger logins) {}

    /** Says that the server serves, and with what. */
    public void open(AdminApi config, ServedParts parts) {
        EventFeed events = new EventFeed(parts);
        events.start();
        open.set(new Open(config, parts, events, new Idempotency(), new LoginLedger(parts.audit())));
    }

    /** Says that it does not any more, and ends the event streams. */
    public void close() {
        Open closed = open.getAndSet(null);
        if (closed != null) {
            closed.events().close();
        }
    }

    Open get() {
        Open now = open.get();
        if (now == null) {
            throw new ProblemException(ProblemCode.STARTING, "the server is starting or stopping");
        }
        return now;
    }

    ServedParts parts() {
        return get().parts();
    }
}
