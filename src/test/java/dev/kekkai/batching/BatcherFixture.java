package dev.kekkai.batching;

import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.dek.Deadline;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.custody.HeldHsm;
import dev.kekkai.testing.custody.MemoryHsm;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** A batcher before an HSM whose operations wait until they are let go. */
final class BatcherFixture implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();

    final MemoryHsm hsm = new MemoryHsm();
    final HeldHsm held = new HeldHsm(hsm);
    final List<byte[]> drawn = new CopyOnWriteArrayList<>();
    final Batcher batcher;

    BatcherFixture(Capacity capacity) {
        batcher = new Batcher(held, capacity, new Watched(drawn));
    }

    /** Remembers each array that it filled. */
    private static final class Watched extends SecureRandom {
        private final transient List<byte[]> drawn;

        Watched(List<byte[]> drawn) {
            this.drawn = drawn;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            RANDOM.nextBytes(bytes);
            drawn.add(bytes);
        }
    }

    /** One lane, and one operation at a time. */
    static BatcherFixture oneLane() {
        return new BatcherFixture(Capacity.auto(Capacity.MOST_LEAVES, 1, 1));
    }

    /** Arrays of 32 bytes that were drawn: the batch keys (leaf IVs are drawn as one array of 12 a leaf). */
    List<byte[]> batchKeys() {
        return drawn.stream().filter(bytes -> bytes.length == 32).toList();
    }

    static Lineage lineage() {
        return new Lineage(UUID.randomUUID());
    }

    Kek kek() {
        return kek(lineage(), 1);
    }

    /** A version whose key is in the HSM. */
    Kek kek(Lineage lineage, int number) {
        byte[] id = new byte[VersionId.LENGTH];
        RANDOM.nextBytes(id);
        Kek kek = new Kek(VersionId.of(id), lineage, number, Mechanism.AES_GCM);
        hsm.put(kek, Provenance.BORN_INSIDE);
        return kek;
    }

    static Secret dek() {
        return dek(32);
    }

    static Secret dek(int length) {
        byte[] dek = new byte[length];
        RANDOM.nextBytes(dek);
        return Secret.owning(dek);
    }

    static Deadline later() {
        return Deadline.in(Duration.ofMinutes(1));
    }

    static Deadline passed() {
        return Deadline.in(Duration.ofNanos(-1));
    }

    static WrapOrder order(Kek kek, Secret dek) {
        return new WrapOrder(kek, dek, later(), () -> {});
    }

    CompletableFuture<byte[]> wrap(Kek kek) {
        return batcher.wrap(order(kek, dek()));
    }

    /** A wrap for whose answer nobody waits. */
    void occupyLane(Kek kek) {
        CompletableFuture<byte[]> unused = wrap(kek);
    }

    List<CompletableFuture<byte[]>> wraps(Kek kek, int number) {
        List<CompletableFuture<byte[]>> wraps = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            wraps.add(wrap(kek));
        }
        return wraps;
    }

    /** Envelopes of one batch, of two or more DEKs. */
    List<Envelope.Batch> batch(Kek kek, List<Secret> deks) throws Exception {
        HeldHsm another = new HeldHsm(hsm);
        try (Batcher other = new Batcher(another, Capacity.auto(Capacity.MOST_LEAVES, 1, 1))) {
            CompletableFuture<byte[]> first = other.wrap(order(kek, dek()));
            List<CompletableFuture<byte[]>> wraps =
                    deks.stream().map(dek -> other.wrap(order(kek, dek))).toList();
            another.free();
            result(first);
            List<Envelope.Batch> envelopes = new ArrayList<>();
            for (CompletableFuture<byte[]> wrap : wraps) {
                envelopes.add((Envelope.Batch) Envelope.parse(result(wrap)));
            }
            return envelopes;
        }
    }

    CompletableFuture<Secret> unwrap(Kek kek, Envelope envelope) {
        return batcher.unwrap(kek, envelope, later());
    }

    /** What a stage answers with; a failure is thrown as it is. */
    static <T> T result(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public void close() {
        batcher.close();
    }
}
