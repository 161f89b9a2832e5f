package dev.kekkai.gateway;

import com.google.protobuf.ByteString;
import dev.kekkai.wire.gateway.v1.Evidence;
import dev.kekkai.wire.gateway.v1.FromGateway;
import dev.kekkai.wire.gateway.v1.FromNode;
import dev.kekkai.wire.gateway.v1.Granted;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * One attestation or renewal: Init, Challenge, Evidence, Granted, once each. A message is asked for when the one before it was dealt with, so that one
 * step at a time is under way. Whatever ends the stream, its challenge ends with it.
 */
final class AttestStream implements StreamObserver<FromNode> {
    private static final Logger LOG = Logger.getLogger(AttestStream.class);

    /** For the Init: whoever says nothing holds a place no longer than this. */
    private static final long FIRST_MILLIS = 5_000;

    private final Steps steps;
    private final Kind kind;
    private final Peer peer;
    private final ServerCallStreamObserver<FromGateway> call;
    private volatile ScheduledFuture<?> late;
    private Optional<Challenged> challenged = Optional.empty();
    private boolean answered;
    private boolean over;
    private Places.Place place;

    /**
     * What a stream does, and on which threads. Each port has its own places and threads: strangers at the one hold up no renewal at the other.
     *
     * @param places of those of whom nothing is known yet, or of nodes that renew
     * @param enrolled of those that speak for an enrolled node, so that strangers have none of these; the same where all are known
     */
    record Steps(
            Reception reception,
            Admitting admitting,
            Register register,
            Places places,
            Places enrolled,
            Executor executor,
            ScheduledExecutorService timer,
            long challengeMillis) {}

    private AttestStream(Steps steps, Kind kind, Peer peer, ServerCallStreamObserver<FromGateway> call) throws Denied {
        this.steps = steps;
        this.kind = kind;
        this.peer = peer;
        this.call = call;
        this.place = steps.places()
                .enter(kind == Kind.ATTEST ? peer.block().text() : peer.node(), peer.block(), this::displaced);
        this.late = steps.timer().schedule(this::tooLate, FIRST_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Begins one, or refuses it for want of a place, or because nobody of its node may renew with such a certificate. To be called before the service method returns. */
    static StreamObserver<FromNode> begin(Steps steps, Kind kind, Peer peer, StreamObserver<FromGateway> observer) {
        ServerCallStreamObserver<FromGateway> call = (ServerCallStreamObserver<FromGateway>) observer;
        AttestStream stream;
        try {
            if (kind == Kind.RENEW) {
                steps.reception().recognise(peer);
            }
            stream = new AttestStream(steps, kind, peer, call);
        } catch (Denied denied) {
            steps.register().refusedToBegin(kind.action(), peer, denied);
            call.onError(denied.answer());
            return new Deaf<>();
        }
        call.disableAutoRequest();
        call.setOnCancelHandler(stream::end);
        call.setOnCloseHandler(stream::end);
        call.request(1);
        return stream;
    }

    private void displaced() {
        denyAndRecord(
                new Denied(Code.BUSY, "others wait for this place, and nothing was said on it for a while: try again"));
    }

    /** Does not block. */
    private void denyAndRecord(Denied denied) {
        steps.register().refusedToBegin(kind.action(), peer, denied);
        deny(denied);
    }

    @Override
    public void onNext(FromNode message) {
        late.cancel(false);
        spoke();
        try {
            steps.executor().execute(() -> take(message));
        } catch (RejectedExecutionException e) {
            denyAndRecord(new Denied(Code.BUSY, "too many nodes attest already: try again in a moment"));
        }
    }

    private synchronized void spoke() {
        place.spoke();
    }

    /** It speaks for an enrolled node, and takes a place among those; nobody else can take those that the node has where it comes from. */
    private void known(Challenged made) throws Denied {
        Places.Place next;
        try {
            next = steps.enrolled()
                    .enter("node:" + made.node().id() + " from " + peer.block().text(), peer.block(), this::displaced);
        } catch (Denied denied) {
            steps.register().refusedToBegin(kind.action(), peer, denied);
            throw denied;
        }
        synchronized (this) {
            place.leave();
            place = next;
            if (over) {
                next.leave();
            }
        }
    }

    /** No failure of a step leaves the node waiting. */
    @SuppressWarnings("CatchingUnchecked")
    private void take(FromNode message) {
        try {
            switch (message.getMessageCase()) {
                case INIT -> challenge(message.getInit());
                case EVIDENCE -> judge(message.getEvidence());
                case MESSAGE_NOT_SET -> throw outOfTurn();
            }
        } catch (Denied denied) {
            deny(denied);
        } catch (RuntimeException e) {
            LOG.errorf(e, "An attestation from %s failed in a way nobody foresaw, please report it", peer.source());
            fail(Status.INTERNAL.withDescription("internal error; the log of kekkai says more"));
        }
    }

    private void challenge(ByteString init) throws Denied {
        synchronized (this) {
            if (challenged.isPresent()) {
                throw outOfTurn();
            }
        }
        Challenged made = kind == Kind.ATTEST
                ? steps.reception().attestation(init, peer)
                : steps.reception().renewal(init, peer);
        if (kind == Kind.ATTEST) {
            known(made);
        }
        FromGateway answer = FromGateway.newBuilder()
                .setChallenge(ByteString.copyFrom(made.wire()))
                .build();
        synchronized (this) {
            challenged = Optional.of(made);
            if (over) {
                return;
            }
            late = steps.timer().schedule(this::tooLate, steps.challengeMillis(), TimeUnit.MILLISECONDS);
            call.onNext(answer);
        }
        call.request(1);
    }

    private void judge(Evidence evidence) throws Denied {
        Challenged demanded;
        synchronized (this) {
            if (over) {
                return;
            }
            demanded = challenged.orElseThrow(this::outOfTurn);
        }
        Granted granted = steps.admitting().judge(demanded, evidence);
        answer(() -> {
            call.onNext(FromGateway.newBuilder().setGranted(granted).build());
            call.onCompleted();
        });
    }

    private Denied outOfTurn() {
        Denied denied = new Denied(Code.PROTOCOL, "a stream has one Init, one Challenge, one Evidence, in this order");
        record(denied);
        return denied;
    }

    /** Of the node that was challenged, or that the certificate names: on the attest port, before a challenge, nobody is known. */
    private void record(Denied denied) {
        Optional<Challenged> made;
        synchronized (this) {
            made = challenged;
        }
        if (made.isPresent()) {
            steps.register().refused(kind.action(), made.get().node(), peer, denied);
        } else if (kind == Kind.RENEW) {
            steps.register().refused(kind.action(), peer, denied);
        } else {
            steps.register().refused(kind.action(), "unknown", peer, denied);
        }
    }

    private void tooLate() {
        Denied denied = new Denied(Code.CHALLENGE_EXPIRED, "nothing more came in time: begin anew");
        synchronized (this) {
            if (over) {
                return;
            }
        }
        try {
            steps.executor().execute(() -> {
                record(denied);
                deny(denied);
            });
        } catch (RejectedExecutionException e) {
            deny(denied);
        }
    }

    private void deny(Denied denied) {
        answer(() -> call.onError(denied.answer()));
    }

    private void fail(Status status) {
        answer(() -> call.onError(status.asRuntimeException()));
    }

    /** Ends the stream, once: an answer that fails while it is given, as when the port closes, is not given in another way. */
    private void answer(Runnable last) {
        try {
            synchronized (this) {
                if (!over && !answered) {
                    answered = true;
                    last.run();
                }
            }
        } finally {
            end();
        }
    }

    @Override
    public void onError(Throwable cancelled) {
        end();
    }

    /** The node may close its half after the evidence; before that it has given up, which the close handler sees. */
    @Override
    public void onCompleted() {
        boolean early;
        synchronized (this) {
            early = challenged.isEmpty();
        }
        if (early) {
            deny(new Denied(Code.PROTOCOL, "the stream ended before anything was shown"));
        }
    }

    /** Once, whatever the reason: nothing more is judged, and the place is given back. */
    private void end() {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            place.leave();
        }
        late.cancel(false);
    }

    /** Listens to a stream that was refused. */
    static final class Deaf<T> implements StreamObserver<T> {
        @Override
        public void onNext(T message) {}

        @Override
        public void onError(Throwable cancelled) {}

        @Override
        public void onCompleted() {}
    }
}
