package dev.kekkai.testing.gateway;

import com.google.protobuf.ByteString;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Call;
import dev.kekkai.wire.gateway.v1.FromAgent;
import dev.kekkai.wire.gateway.v1.GatewayGrpc;
import dev.kekkai.wire.gateway.v1.Hello;
import dev.kekkai.wire.gateway.v1.StatusUpdate;
import dev.kekkai.wire.gateway.v1.ToAgent;
import dev.kekkai.wire.gateway.v1.Unwrap;
import dev.kekkai.wire.gateway.v1.Wrap;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A node's Serve stream by hand. */
public final class ServeClient implements AutoCloseable, StreamObserver<ToAgent> {
    private final ManagedChannel channel;
    private final StreamObserver<FromAgent> stream;
    private final List<StatusUpdate> told = new CopyOnWriteArrayList<>();
    private final Map<Long, CompletableFuture<Answer>> waiting = new ConcurrentHashMap<>();
    private final CompletableFuture<Throwable> end = new CompletableFuture<>();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicInteger messages = new AtomicInteger();

    private ServeClient(ManagedChannel channel) {
        this.channel = channel;
        this.stream = GatewayGrpc.newStub(channel).serve(this);
    }

    /** Connects and says nothing. */
    public static ServeClient silent(TestGateway gateway, TlsKey key) throws Exception {
        return new ServeClient(
                key.channel(gateway.servicePort(), gateway.roots().certificates()));
    }

    /** Connects and says hello. */
    public static ServeClient open(int port, TlsKey key, List<X509Certificate> roots) throws Exception {
        return open(port, key, roots, 0);
    }

    public static ServeClient open(int port, TlsKey key, List<X509Certificate> roots, long serial) throws Exception {
        return open(
                port,
                key,
                roots,
                Hello.newBuilder().setProtocol(1).setAuthoritySerial(serial).build());
    }

    private static ServeClient open(int port, TlsKey key, List<X509Certificate> roots, Hello hello) throws Exception {
        ServeClient client = new ServeClient(key.channel(port, roots));
        client.send(FromAgent.newBuilder().setHello(hello).build());
        return client;
    }

    /** With a hello of the test's own. */
    public static ServeClient open(TestGateway gateway, TlsKey key, Hello hello) throws Exception {
        return open(gateway.servicePort(), key, gateway.roots().certificates(), hello);
    }

    public static ServeClient open(TestGateway gateway, TlsKey key) throws Exception {
        return open(gateway.servicePort(), key, gateway.roots().certificates());
    }

    public synchronized void send(FromAgent message) {
        stream.onNext(message);
    }

    public Call.Builder call() {
        return Call.newBuilder()
                .setId(ids.incrementAndGet())
                .setApi("v2")
                .setUid("uid")
                .setTimeoutMillis(5000);
    }

    /** Sends calls in one message. */
    public List<CompletableFuture<Answer>> ask(List<Call> calls) {
        List<CompletableFuture<Answer>> answers = calls.stream()
                .map(call -> waiting.computeIfAbsent(call.getId(), id -> new CompletableFuture<>()))
                .toList();
        send(FromAgent.newBuilder().addAllCalls(calls).build());
        return answers;
    }

    public Answer wrap(byte[] dek) throws Exception {
        return ask(List.of(call().setWrap(Wrap.newBuilder().setDek(ByteString.copyFrom(dek)))
                        .build()))
                .getFirst()
                .get(10, TimeUnit.SECONDS);
    }

    public Answer unwrap(ByteString envelope, String keyId) throws Exception {
        return ask(List.of(call().setUnwrap(
                                Unwrap.newBuilder().setEnvelope(envelope).setKeyId(keyId))
                        .build()))
                .getFirst()
                .get(10, TimeUnit.SECONDS);
    }

    public List<StatusUpdate> told() {
        return told;
    }

    /** How many messages came. */
    public int messages() {
        return messages.get();
    }

    /** How the stream ended; a completion is a null. */
    public Throwable end() throws Exception {
        return end.get(15, TimeUnit.SECONDS);
    }

    public boolean ended() {
        return end.isDone();
    }

    @Override
    public void onNext(ToAgent message) {
        messages.incrementAndGet();
        if (message.hasStatus()) {
            told.add(message.getStatus());
        }
        message.getAnswersList()
                .forEach(answer -> waiting.computeIfAbsent(answer.getId(), id -> new CompletableFuture<>())
                        .complete(answer));
    }

    @Override
    public void onError(Throwable why) {
        end.complete(why);
    }

    @Override
    public void onCompleted() {
        end.complete(null);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
