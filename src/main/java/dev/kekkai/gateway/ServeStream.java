package dev.kekkai.gateway;

import dev.kekkai.fleet.Node;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Call;
import dev.kekkai.wire.gateway.v1.Failure;
import dev.kekkai.wire.gateway.v1.FromAgent;
import dev.kekkai.wire.gateway.v1.ToAgent;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * What one node asks on one stream, and what it is told. Each message passes the gate before anything in it is looked at; a node that may ask no
 * more is answered so, call by call, and the stream ends.
 */
final class ServeStream implements StreamObserver<FromAgent> {
    private static final int MOST_CALLS = 4_096;
    /** For the hello: whoever says nothing holds one of the node's places no longer than this. */
    private static final Duration FIRST = Duration.ofSeconds(5);

    private final Desk desk;
    private final Peer peer;
    private final String share;
    private final ServerCallStreamObserver<ToAgent> call;
    private final Consumer<ServeStream> closed;
    private final Outbox outbox;
    private final long opened = System.nanoTime();
    private volatile boolean greeted;
    private volatile boolean over;
    private int inFlight;
    private boolean awaiting;
    private boolean refused;

    /**
     * What all streams share.
     *
     * @param shares of each node, over all its streams
     * @param inFlight of one node at most
     */
    record Desk(
            Gate gate, Calls calls, Told told, SerialWatch serials, Register register, Shares shares, int inFlight) {}

    ServeStream(Desk desk, Peer peer, ServerCallStreamObserver<ToAgent> call, Consumer<ServeStream> closed) {
        this.desk = desk;
        this.peer = peer;
        this.share = peer.node();
        this.call = call;
        this.closed = closed;
        this.outbox = new Outbox(call);
    }

    /** To be called before the service method returns. */
    void begin() {
        call.disableAutoRequest();
        call.setOnReadyHandler(outbox::flush);
        call.setOnCancelHandler(this::end);
        call.setOnCloseHandler(this::end);
        askForMore();
    }

    @Override
    public void onNext(FromAgent message) {
        try {
            Node node = desk.gate().check(peer);
            greet(message, node);
            if (message.getCallsCount() > MOST_CALLS) {
                throw new Denied(Code.PROTOCOL, "a message has at most " + MOST_CALLS + " calls");
            }
            message.getCallsList().forEach(asked -> answer(asked, node));
        } catch (Denied denied) {
            refuse(denied, message.getCallsList());
            return;
        }
        synchronized (this) {
            awaiting = false;
        }
        askForMore();
    }

    /** One message at a time, and none while as much is under way as may be. */
    private void askForMore() {
        synchronized (this) {
            if (awaiting || over || inFlight >= desk.inFlight()) {
                return;
            }
            awaiting = true;
        }
        call.request(1);
    }

    private void greet(FromAgent message, Node node) throws Denied {
        if (greeted) {
            return;
        }
        if (!message.hasHello() || message.getHello().getProtocol() == 0) {
            throw new Denied(
                    Code.PROTOCOL, "the first message has no hello, or one that names no version of the protocol");
        }
        desk.told().checkSpeaks(message.getHello().getProtocol());
        desk.serials().met(node.id(), message.getHello().getAuthoritySerial());
        greeted = true;
        outbox.tell(desk.told().status(node.tenant()));
    }

    private void answer(Call asked, Node node) {
        Shares.Use use = asked.hasUnwrap() ? Shares.Use.UNWRAP : Shares.Use.WRAP;
        boolean room;
        synchronized (this) {
            room = inFlight < desk.inFlight() && desk.shares().take(share, node.tenant(), use);
            inFlight++;
        }
        if (room) {
            desk.calls().begin(asked, node, peer, answer -> {
                desk.shares().done(share, node.tenant(), use);
                give(answer);
            });
        } else {
            give(Calls.failed(
                    asked.getId(),
                    Failure.Kind.OVERLOADED,
                    "this node has its share of calls under way already, " + desk.inFlight()
                            + " at most; try again later"));
        }
    }

    private void give(Answer answer) {
        outbox.put(answer, () -> {
            synchronized (this) {
                inFlight--;
            }
            askForMore();
        });
    }

    private void refuse(Denied denied, List<Call> calls) {
        synchronized (this) {
            if (refused) {
                return;
            }
            refused = true;
        }
        List<Call> answered = calls.subList(0, Math.min(calls.size(), MOST_CALLS));
        desk.register().refusedToServe(calls.size(), peer, denied);
        answered.forEach(each -> outbox.put(Calls.notAdmitted(each.getId(), denied), () -> {}));
        outbox.fail(denied.answer());
        end();
    }

    /** Sends news, and sends away who may stay no longer. */
    void look() {
        if (over) {
            return;
        }
        try {
            if (!greeted) {
                checkFirst();
                return;
            }
            Node node = desk.gate().look(peer);
            outbox.tell(desk.told().status(node.tenant()));
        } catch (Denied denied) {
            refuse(denied, List.of());
        }
    }

    private void checkFirst() throws Denied {
        if (System.nanoTime() - opened >= FIRST.toNanos()) {
            throw new Denied(Code.PROTOCOL, "no hello came within " + FIRST.toSeconds() + " s");
        }
    }

    synchronized boolean busy() {
        return inFlight > 0;
    }

    /** Ends it from this side. */
    void finish() {
        outbox.complete();
        end();
    }

    private void end() {
        over = true;
        closed.accept(this);
    }

    @Override
    public void onError(Throwable cancelled) {
        end();
    }

    @Override
    public void onCompleted() {
        finish();
    }
}
