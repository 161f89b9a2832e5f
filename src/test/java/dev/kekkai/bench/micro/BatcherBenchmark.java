package dev.kekkai.bench.micro;

import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.Capacity;
import dev.kekkai.batching.WrapOrder;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.dek.Deadline;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.secret.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What the batcher itself costs, over a custodian that takes no time: so many DEKs come while the one lane is busy, and are then wrapped
 * together. With one it is the single layout twice, the way of a lone caller.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BatcherBenchmark {
    private static final int DEK = 32;

    @Param({"1", "4", "16", "64", "256"})
    int waiting;

    private final Kek kek =
            new Kek(VersionId.of(new byte[VersionId.LENGTH]), new Lineage(new UUID(1, 2)), 1, Mechanism.AES_GCM);
    private final Held custodian = new Held();
    private Batcher batcher;
    private Secret dek;

    @Setup
    public void open() {
        batcher = new Batcher(custodian, Capacity.auto(Capacity.MOST_LEAVES, 1, 1));
        dek = Secret.owning(new byte[DEK]);
    }

    @TearDown
    public void close() {
        batcher.close();
    }

    @Benchmark
    public List<byte[]> together() {
        List<CompletableFuture<byte[]>> wraps = new ArrayList<>(waiting + 1);
        for (int i = 0; i <= waiting; i++) {
            wraps.add(batcher.wrap(new WrapOrder(kek, dek, Deadline.in(Duration.ofSeconds(10)), () -> {})));
        }
        custodian.finish(); // the first one, who has the lane; the others go together then
        custodian.finish();
        return wraps.stream().map(CompletableFuture::join).toList();
    }

    /** A custodian that seals when it is told to, at once. */
    private static final class Held implements KeyCustodian {
        private final SealedBox box = new SealedBox(new byte[12], new byte[DEK + 16]);
        private CompletableFuture<SealedBox> pending = new CompletableFuture<>();

        @Override
        public CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
            pending = new CompletableFuture<>();
            return pending;
        }

        @Override
        public CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox sealed) {
            return CompletableFuture.failedStage(new UnsupportedOperationException("only wraps are measured"));
        }

        void finish() {
            pending.complete(box);
        }
    }
}
