package dev.kekkai.agent;

import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Failure;
import dev.kekkai.wire.gateway.v1.FromAgent;
import dev.kekkai.wire.gateway.v1.GatewayGrpc;
import dev.kekkai.wire.gateway.v1.Hello;
import dev.kekkai.wire.gateway.v1.StatusUpdate;
import dev.kekkai.wire.gateway.v1.ToAgent;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one gateway with one certificate, and the stream on it: calls in batches out, answers in batches and status in.
 *
 * <p>Batches form by themselves: whoever comes first writes, and what others bring meanwhile goes together in the next message. Nobody waits for
 * company.
 */
final class Session {
    /** Of one message: at most so many calls, and bytes of calls unless a single one is longer. */
    private static final int MESSAGE_CALLS = 256;

    private static final int MESSAGE_BYTES = 256 * 1024;

    private final Gateway gateway;
    private final Grant grant;
    private final ManagedChannel channel;
    private final TlsPeer peer = new TlsPeer();
    private final Told told;
    private final SessionEvents events;
    private final ProtocolVersion protocol;
    private final Map<Long, RemoteCall<?>> unanswered = new ConcurrentHashMap<>();
    private final ArrayBlockingQueue<RemoteCall<?>> waiting;
    private final AtomicInteger writing = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile @Nullable ClientCallStreamObserver<FromAgent> stream;
    private volatile @Nullable Heard heard;
    private volatile boolean retired;
    private volatile boolean refused;
    private volatile String problem = "";
    private volatile long readyAt;
    private volatile long lastHeard = System.nanoTime();
    private volatile boolean silent;
    private volatile Duration latency = Duration.ZERO;

    /** A status and when it came, by {@link System#nanoTime}. */
    record Heard(StatusUpdate update, long at) {}

    private Session(
            Gateway gateway,
            Grant grant,
            ManagedChannel channel,
            Told told,
            SessionEvents events,
            ProtocolVersion protocol,
            int most) {
        this.gateway = gateway;
        this.grant = grant;
        this.channel = channel;
        this.told = told;
        this.events = events;
        this.protocol = protocol;
        this.waiting = new ArrayBlockingQueue<>(most);
    }

    /**
     * Connects and says hello; does not wait.
     *
     * @param channel ends with the session
     * @param protocol what this agent speaks
     * @param most calls that may wait to be written
     */
    static Session open(
            Gateway gateway,
            Grant grant,
            ManagedChannel channel,
            Told told,
            SessionEvents events,
            ProtocolVersion protocol,
            int most) {
        Session session = new Session(gateway, grant, channel, told, events, protocol, most);
        try {
            GatewayGrpc.newStub(ClientInterceptors.intercept(channel, session.peer))
                    .serve(session.new Incoming());
            session.hello();
        } catch (RuntimeException e) {
            channel.shutdownNow();
            throw e;
        }
        return session;
    }

    private void hello() {
        ClientCallStreamObserver<FromAgent> out = stream;
        if (out != null) {
            out.onNext(FromAgent.newBuilder()
                    .setHello(Hello.newBuilder()
                            .setProtocol(protocol.wire())
                            .setAuthoritySerial(told.serial())
                            .setEpoch(told.key().map(Told.Key::epoch).orElse(0L)))
                    .build());
        }
    }

    /** Waits for the first status; answers whether the session serves. */
    boolean begins(Duration patience) throws InterruptedException {
        if (!begun.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            end("it did not answer within " + patience.toSeconds() + " s", false);
        }
        return open();
    }

    Gateway gateway() {
        return gateway;
    }

    Grant grant() {
        return grant;
    }

    /** For a renewal on the same connection. */
    Channel channel() {
        return channel;
    }

    Optional<Heard> heard() {
        return Optional.ofNullable(heard);
    }

    /** One round trip, as the first status took it. */
    Duration latency() {
        return latency;
    }

    boolean open() {
        return !ended.get();
    }

    /** Whether new calls may be given to it. */
    boolean takes() {
        Heard last = heard;
        return open() && !retired && last != null && !last.update().getDraining();
    }

    /** Whether the gateway takes this session's certificate no more. */
    boolean refused() {
        return refused;
    }

    /** Why it ended. */
    String problem() {
        return problem;
    }

    /** Whether it has this call, and has said nothing since the call began; then others are preferred until it does. */
    boolean silentSince(RemoteCall<?> call) {
        boolean nothing = open() && unanswered.containsKey(call.id()) && lastHeard - call.begun() < 0;
        if (nothing) {
            silent = true;
        }
        return nothing;
    }

    /** Whether it left calls without a word when something was to be heard. */
    boolean silent() {
        return silent;
    }

    /** Takes a call, unless it has ended or too much waits already. */
    boolean offer(RemoteCall<?> call) {
        if (!takes()) {
            return false;
        }
        unanswered.put(call.id(), call);
        if (!waiting.offer(call) || ended.get()) {
            // If it is gone from there, the end of the session has seen to it.
            return unanswered.remove(call.id()) == null;
        }
        write();
        return true;
    }

    /** Nobody waits for this call any more. */
    void forget(RemoteCall<?> call) {
        unanswered.remove(call.id());
        waiting.remove(call);
        endIfDone();
    }

    /** Takes no more calls, and ends when those under way are answered. */
    void retire() {
        retired = true;
        endIfDone();
    }

    void close() {
        end("this agent closed it", false);
    }

    private void write() {
        if (writing.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            ClientCallStreamObserver<FromAgent> out = stream;
            while (out != null && open() && out.isReady()) {
                List<RemoteCall<?>> batch = batch();
                if (batch.isEmpty()) {
                    break;
                }
                FromAgent.Builder message = FromAgent.newBuilder();
                batch.forEach(call -> message.addCalls(call.wire()));
                out.onNext(message.build());
            }
            seen = writing.addAndGet(-seen);
        } while (seen != 0);
    }

    private List<RemoteCall<?>> batch() {
        List<RemoteCall<?>> batch = new ArrayList<>();
        int bytes = 0;
        while (batch.size() < MESSAGE_CALLS && bytes < MESSAGE_BYTES) {
            RemoteCall<?> next = waiting.poll();
            if (next == null) {
                break;
            }
            if (!next.over()) {
                batch.add(next);
                bytes += next.size();
            }
        }
        return batch;
    }

    private void hear(ToAgent message) {
        lastHeard = System.nanoTime();
        silent = false;
        if (message.hasStatus()) {
            if (heard == null) {
                latency = Duration.ofNanos(System.nanoTime() - readyAt);
            }
            Optional<String> apart = ProtocolVersion.apart(
                    protocol, ProtocolVersion.told(message.getStatus().getProtocol()));
            if (apart.isPresent()) {
                end(apart.get(), false);
                return;
            }
            try {
                told.learn(gateway, message.getStatus(), peer.serverCertificate());
            } catch (GeneralSecurityException e) {
                end(String.valueOf(e.getMessage()), false);
                return;
            }
            heard = new Heard(message.getStatus(), System.nanoTime());
            begun.countDown();
            events.changed(this);
        }
        message.getAnswersList().forEach(this::answer);
        endIfDone();
    }

    private void answer(Answer answer) {
        RemoteCall<?> call = unanswered.remove(answer.getId());
        if (call == null) {
            return;
        }
        boolean turnedAway = answer.getFailure().getKind() == Failure.Kind.NOT_ADMITTED;
        if (turnedAway) {
            refused = true;
            problem =
                    answer.getFailure().getReason() + ": " + answer.getFailure().getMessage();
        }
        events.answered(this, call, answer);
        if (turnedAway) {
            end(problem, true);
        }
    }

    private void endIfDone() {
        if (retired && unanswered.isEmpty()) {
            end("drained", false);
        }
    }

    private void end(String why, boolean turnedAway) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        problem = why;
        refused |= turnedAway;
        channel.shutdownNow();
        begun.countDown();
        waiting.clear();
        for (Long id : List.copyOf(unanswered.keySet())) {
            RemoteCall<?> call = unanswered.remove(id);
            if (call != null) {
                events.lost(this, call);
            }
        }
        events.changed(this);
    }

    private final class Incoming implements ClientResponseObserver<FromAgent, ToAgent> {
        @Override
        public void beforeStart(ClientCallStreamObserver<FromAgent> out) {
            stream = out;
            out.setOnReadyHandler(() -> {
                if (readyAt == 0) {
                    readyAt = System.nanoTime();
                }
                write();
            });
        }

        @Override
        public void onNext(ToAgent message) {
            hear(message);
        }

        @Override
        public void onError(Throwable failure) {
            Status.Code code = Status.fromThrowable(failure).getCode();
            boolean turnedAway = code == Status.Code.PERMISSION_DENIED
                    || code == Status.Code.UNAUTHENTICATED
                    || Failures.certificateRefused(failure);
            end(Failures.said(failure), turnedAway);
        }

        @Override
        public void onCompleted() {
            end("the gateway ended the connection", false);
        }
    }
}
