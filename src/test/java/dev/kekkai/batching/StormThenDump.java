package dev.kekkai.batching;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.dek.Deadline;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.softhsm.SoftHsm;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The process that {@link HeapDumpTest} looks into: 10,000 wraps in batches and 2,000 unwraps on a SoftHSM token, then a dump of the heap.
 * Every batch key and DEK is written to a file, in a disguise, because what is remembered for the test must not be found by it.
 */
final class StormThenDump {
    static final int WRAPS = 10_000;
    private static final int UNWRAPS = 2_000;
    private static final int AT_ONCE = 256;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Still alive when the heap is dumped, so that the search can prove itself. */
    private static final byte[] PLANTED = new byte[32];

    private StormThenDump() {}

    /** Takes a token's label and a folder that has its PIN file, and into which the dump and the keys are written. */
    public static void main(String... arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        RANDOM.nextBytes(PLANTED);
        try (Pkcs11Token token =
                        Pkcs11Token.open(SoftHsm.custody(arguments[0], folder.resolve("pin"), 2, true), folder);
                Disguised keys = Disguised.into(folder.resolve("keys"));
                Disguised planted = Disguised.into(folder.resolve("planted"))) {
            planted.add(PLANTED);
            byte[] id = new byte[VersionId.LENGTH];
            RANDOM.nextBytes(id);
            Kek kek = new Kek(VersionId.of(id), new Lineage(UUID.randomUUID()), 1, Mechanism.AES_GCM);
            token.inventory().generate(kek).toCompletableFuture().get(20, TimeUnit.SECONDS);
            try (Batcher batcher =
                    new Batcher(new Watching(token.custodian(), keys), Capacity.auto(Capacity.MOST_LEAVES, 1, 2))) {
                unwrap(batcher, kek, wrap(batcher, kek, keys));
            }
        }
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpHeap(folder.resolve("heap.hprof").toString(), false);
        // So that nobody may think it is not needed any more.
        if (PLANTED[0] == PLANTED[1] && PLANTED[1] == PLANTED[2]) {
            RANDOM.nextBytes(PLANTED);
        }
    }

    private static List<byte[]> wrap(Batcher batcher, Kek kek, Disguised keys) throws Exception {
        Semaphore places = new Semaphore(AT_ONCE);
        List<CompletableFuture<byte[]>> wraps = new ArrayList<>();
        for (int i = 0; i < WRAPS; i++) {
            places.acquire();
            byte[] bytes = new byte[32];
            RANDOM.nextBytes(bytes);
            keys.add(bytes);
            Secret dek = Secret.owning(bytes);
            wraps.add(batcher.wrap(new WrapOrder(kek, dek, soon(), () -> {})).whenComplete((envelope, failure) -> {
                dek.destroy();
                places.release();
            }));
        }
        List<byte[]> envelopes = new ArrayList<>();
        for (CompletableFuture<byte[]> wrap : wraps) {
            envelopes.add(wrap.get(60, TimeUnit.SECONDS));
        }
        return envelopes;
    }

    private static void unwrap(Batcher batcher, Kek kek, List<byte[]> envelopes) throws Exception {
        List<CompletableFuture<Void>> opens = new ArrayList<>();
        for (int i = 0; i < UNWRAPS; i++) {
            Envelope envelope = Envelope.parse(envelopes.get(envelopes.size() - 1 - i));
            opens.add(batcher.unwrap(kek, envelope, soon()).thenAccept(Secret::close));
            if (i % AT_ONCE == 0) {
                opens.getLast().get(60, TimeUnit.SECONDS);
            }
        }
        for (CompletableFuture<Void> open : opens) {
            open.get(60, TimeUnit.SECONDS);
        }
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofMinutes(1));
    }

    /** Writes down each batch key and DEK that the token seals or opens. */
    private record Watching(KeyCustodian custodian, Disguised keys) implements KeyCustodian {
        @Override
        public CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
            keys.add(plaintext.lent());
            return custodian.seal(kek, associatedData, plaintext);
        }

        @Override
        public CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox box) {
            return custodian.open(kek, associatedData, box).thenApply(secret -> {
                keys.add(secret.lent());
                return secret;
            });
        }
    }
}
