package dev.kekkai.uds;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** Answers RESOURCE_EXHAUSTED at once to calls above a number, over all connections of a server. */
final class CallLimit implements ServerInterceptor {
    private final int most;
    private final Semaphore places;

    CallLimit(int most) {
        this.most = most;
        this.places = new Semaphore(most);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        if (!places.tryAcquire()) {
            call.close(
                    Status.RESOURCE_EXHAUSTED.withDescription(
                            most + " calls are being answered already; try again later"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Place place = new Place(places);
        boolean started = false;
        try {
            ServerCall.Listener<Q> listener = next.startCall(call, headers);
            started = true;
            return new Leaving<>(listener, place);
        } finally {
            if (!started) {
                place.leave();
            }
        }
    }

    /** One call's place, given back once. */
    private record Place(Semaphore places, AtomicBoolean left) {
        Place(Semaphore places) {
            this(places, new AtomicBoolean());
        }

        void leave() {
            if (left.compareAndSet(false, true)) {
                places.release();
            }
        }
    }

    /** Gives the place back when the call is over, by answer or by cancellation. */
    private static final class Leaving<Q> extends SimpleForwardingServerCallListener<Q> {
        private final Place place;

        Leaving(ServerCall.Listener<Q> listener, Place place) {
            super(listener);
            this.place = place;
        }

        @Override
        public void onComplete() {
            place.leave();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            place.leave();
            super.onCancel();
        }
    }
}
