package dev.kekkai.gateway;

import dev.kekkai.wire.gateway.v1.FromAgent;
import dev.kekkai.wire.gateway.v1.ToAgent;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** All nodes that are served now. Each is looked after a few times a second: is it still one of ours, and is there news for it. */
final class Streams {
    private static final Logger LOG = Logger.getLogger(Streams.class);
    private static final Duration EVERY = Duration.ofMillis(250);

    private final ServeStream.Desk desk;
    private final Set<ServeStream> open = ConcurrentHashMap.newKeySet();

    Streams(ServeStream.Desk desk) {
        this.desk = desk;
    }

    void lookAfter(ScheduledExecutorService timer) {
        var unused =
                timer.scheduleWithFixedDelay(this::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A certificate that is good for nothing any more takes none of its node's places. */
    StreamObserver<FromAgent> open(Peer peer, StreamObserver<ToAgent> answers) {
        try {
            var unused = desk.gate().identify(peer);
            desk.shares().enter(peer.node());
        } catch (Denied denied) {
            desk.register().refusedToServe(0, peer, denied);
            answers.onError(denied.answer());
            return new AttestStream.Deaf<>();
        }
        ServeStream stream = new ServeStream(desk, peer, (ServerCallStreamObserver<ToAgent>) answers, ended -> {
            if (open.remove(ended)) {
                desk.shares().leave(peer.node());
            }
        });
        open.add(stream);
        stream.begin();
        return stream;
    }

    /** One that fails takes no other with it. */
    @SuppressWarnings("CatchingUnchecked")
    void look() {
        for (ServeStream stream : open) {
            try {
                stream.look();
            } catch (RuntimeException | Error e) {
                LOG.errorf(e, "A node could not be looked after");
            }
        }
    }

    /** Tells all to go elsewhere, and waits until nothing of theirs is under way, or for so long. */
    void drain(Duration most) throws InterruptedException {
        look();
        long end = System.nanoTime() + most.toNanos();
        while (open.stream().anyMatch(ServeStream::busy) && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        open.forEach(ServeStream::finish);
    }
}
