package dev.kekkai.admin.rest;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Notices what changes, and tells those who listen. Once a second it compares what the services have in memory with what it saw before; nothing
 * waits for it. The last 256 events are kept for those who come back; who is further behind is told to begin anew. All of it happens on one thread, which holds no lock while it tells: the streams have locks of
 * their own. A listener that
 * does not read loses its stream, and every stream ends after five minutes, so that a token outlives its end by no more than that.
 */
final class EventFeed implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EventFeed.class);
    private static final int KEPT = 256;
    private static final int MOST_LISTENERS = 32;
    private static final long HEARTBEAT_SECONDS = 10;
    private static final long STREAM_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final ServedParts parts;
    private final String boot = Long.toHexString(System.nanoTime());
    private final Deque<Event> kept = new ArrayDeque<>();
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("kekkai-events").factory());
    private final Map<String, String> seen = new LinkedHashMap<>();
    private long number;

    /**
     * Something that changed.
     *
     * @param id empty for what is no event of its own
     * @param type {@code health}, {@code hsm}, {@code keyring}, {@code node}, {@code policy}, {@code claims}, {@code approval}; {@code reset}; empty for a sign
     *     of life
     * @param data JSON
     */
    record Event(String id, String type, String data) {}

    private record Listener(MultiEmitter<? super Event> emitter, long ends) {}

    EventFeed(ServedParts parts) {
        this.parts = parts;
    }

    void start() {
        seen.putAll(EventData.of(parts));
        Future<?> looking = timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
        Future<?> beating =
                timer.scheduleWithFixedDelay(this::beat, HEARTBEAT_SECONDS, HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        LOG.debugf("watching for changes: %s, %s", looking, beating);
    }

    /**
     * What changes from now on, after what came since the event that was last seen.
     *
     * @param last its id; null for who comes for the first time
     */
    Multi<Event> listen(@Nullable String last) {
        if (listeners.size() >= MOST_LISTENERS) {
            throw new ProblemException(
                    ProblemCode.TOO_MANY_STREAMS, MOST_LISTENERS + " are all that are served at once");
        }
        return Multi.createFrom().emitter(emitter -> timer.execute(() -> begin(emitter, last)), 2 * KEPT);
    }

    private void begin(MultiEmitter<? super Event> emitter, @Nullable String last) {
        if (listeners.size() >= MOST_LISTENERS) {
            emitter.complete();
            return;
        }
        Listener listener = new Listener(emitter, System.nanoTime() + STREAM_NANOS);
        emitter.onTermination(() -> listeners.remove(listener));
        missed(last).forEach(emitter::emit);
        listeners.add(listener);
    }

    /** Begins with a sign of life, so that a client knows that it is heard. */
    private List<Event> missed(@Nullable String last) {
        Event here = new Event("", "", "listening");
        if (last == null) {
            return List.of(here);
        }
        long after = numberOf(last);
        long oldest = kept.isEmpty() ? number + 1 : numberOf(kept.getFirst().id());
        if (after < 0 || after > number || after < oldest - 1) {
            return List.of(here, new Event(id(number), "reset", "{}"));
        }
        return Stream.concat(Stream.of(here), kept.stream().filter(event -> numberOf(event.id()) > after))
                .toList();
    }

    private String id(long of) {
        return boot + '-' + of;
    }

    /** Or -1 if this process never gave that id. */
    private long numberOf(String id) {
        String prefix = boot + '-';
        return id.startsWith(prefix) && id.substring(prefix.length()).matches("[0-9]{1,18}")
                ? Long.parseLong(id.substring(prefix.length()))
                : -1;
    }

    /** Looks once. */
    private void look() {
        try {
            Map<String, String> now = EventData.of(parts);
            now.forEach((topic, data) -> {
                if (!data.equals(seen.put(topic, data))) {
                    publish(EventData.type(topic), data);
                }
            });
            seen.keySet().retainAll(now.keySet());
            endOldStreams();
        } catch (RuntimeException e) {
            LOG.error("what changed could not be told", e);
        }
    }

    private void publish(String type, String data) {
        number++;
        Event event = new Event(id(number), type, data);
        kept.addLast(event);
        if (kept.size() > KEPT) {
            kept.removeFirst();
        }
        listeners.forEach(listener -> listener.emitter().emit(event));
    }

    private void beat() {
        listeners.forEach(listener -> listener.emitter().emit(new Event("", "", "alive")));
    }

    private void endOldStreams() {
        long now = System.nanoTime();
        for (Listener listener : listeners) {
            if (now - listener.ends() > 0) {
                listener.emitter().complete();
            }
        }
    }

    /** Ends all streams. */
    @Override
    public void close() {
        timer.shutdownNow();
        listeners.forEach(listener -> listener.emitter().complete());
    }
}
