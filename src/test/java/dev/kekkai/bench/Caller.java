package dev.kekkai.bench;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One caller of a closed loop: calls, checks what it is answered, and calls again until the time is over. */
final class Caller {
    private final KmsCalls calls;
    private final Load.Operation operation;
    private final Stock stock;
    private final String name;
    private final Random random = new Random();
    private final Tally tally;
    private final long end;
    private final Runnable finished;
    private @Nullable Sealed last;
    private boolean unwrapsNext;
    private long turns;
    private long begun;

    /**
     * @param end of the round, in {@link System#nanoTime}
     * @param finished told once, when the last call is over
     */
    Caller(
            KmsCalls calls,
            Load.Operation operation,
            Stock stock,
            String name,
            Tally tally,
            long end,
            Runnable finished) {
        this.calls = calls;
        this.operation = operation;
        this.stock = stock;
        this.name = name;
        this.tally = tally;
        this.end = end;
        this.finished = finished;
    }

    /** What it wrapped last, or null; to be asked when it has finished. */
    @Nullable
    Sealed last() {
        return last;
    }

    void next() {
        begun = System.nanoTime();
        if (begun >= end) {
            finished.run();
            return;
        }
        String uid = name + turns++;
        Sealed own = last;
        switch (operation) {
            case ENCRYPT -> encrypt(uid);
            case MIXED -> {
                if (unwrapsNext && own != null) {
                    decrypt(own, uid);
                } else {
                    encrypt(uid);
                }
                unwrapsNext = !unwrapsNext;
            }
            case DECRYPT, DECRYPT_SHUFFLED, DECRYPT_LONE -> decrypt(stock.next(), uid);
        }
    }

    private void encrypt(String uid) {
        calls.encrypt(Stock.dek(random), uid, new Turn<>() {
            @Override
            public void onNext(Sealed sealed) {
                last = sealed;
            }
        });
    }

    private void decrypt(Sealed sealed, String uid) {
        calls.decrypt(sealed, uid, new Turn<>() {
            @Override
            public void onNext(ByteString dek) {
                tally.checked(dek.equals(sealed.dek()));
            }
        });
    }

    private abstract class Turn<T> implements StreamObserver<T> {
        @Override
        public void onError(Throwable failure) {
            tally.failed(System.nanoTime() - begun, failure);
            next();
        }

        @Override
        public void onCompleted() {
            tally.answered(System.nanoTime() - begun);
            next();
        }
    }
}
