package dev.kekkai.bench;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Ciphertexts to be unwrapped, dealt out one after the other and over again. */
final class Stock {
    private static final int SIZE = 2048;
    private static final int DEK_BYTES = 32;
    private static final long ORDER = 0x6b656b6b6169L;

    private final List<Sealed> ciphertexts;
    private final AtomicInteger dealt = new AtomicInteger();

    private Stock(List<Sealed> ciphertexts) {
        this.ciphertexts = List.copyOf(ciphertexts);
    }

    /** What a load unwraps; empty if it makes its ciphertexts itself. */
    static Stock of(Load load, List<KmsCalls> calls) throws InterruptedException {
        return switch (load.operation()) {
            case ENCRYPT, MIXED -> new Stock(List.of());
            case DECRYPT -> new Stock(wrapped(calls, load.callers()));
            case DECRYPT_LONE -> new Stock(wrapped(calls, 1));
            case DECRYPT_SHUFFLED -> {
                List<Sealed> all = wrapped(calls, load.callers());
                Collections.shuffle(all, new Random(ORDER));
                yield new Stock(all);
            }
        };
    }

    Sealed next() {
        return ciphertexts.get(Math.floorMod(dealt.getAndIncrement(), ciphertexts.size()));
    }

    static ByteString dek(Random random) {
        byte[] dek = new byte[DEK_BYTES];
        random.nextBytes(dek);
        return ByteString.copyFrom(dek);
    }

    /** Wraps, with so many calls under way at a time; in the order in which they were answered. */
    private static List<Sealed> wrapped(List<KmsCalls> calls, int atOnce) throws InterruptedException {
        List<Sealed> all = Collections.synchronizedList(new ArrayList<>());
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Semaphore free = new Semaphore(atOnce);
        Random random = new Random();
        for (int i = 0; i < SIZE; i++) {
            free.acquire();
            calls.get(i % calls.size()).encrypt(dek(random), "stock-" + i, new StreamObserver<>() {
                @Override
                public void onNext(Sealed sealed) {
                    all.add(sealed);
                }

                @Override
                public void onError(Throwable failure) {
                    failures.add(failure);
                    free.release();
                }

                @Override
                public void onCompleted() {
                    free.release();
                }
            });
        }
        free.acquire(atOnce);
        if (!failures.isEmpty()) {
            throw new IllegalStateException("the ciphertexts to unwrap could not be made", failures.getFirst());
        }
        return all;
    }
}
