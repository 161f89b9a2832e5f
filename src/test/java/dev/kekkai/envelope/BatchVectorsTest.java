package dev.kekkai.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.Capacity;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.dek.Deadline;
import dev.kekkai.id.Lineage;
import dev.kekkai.secret.Secret;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vectors of the batch layout, opened by the batcher. Their boxes are opened by the written definition. */
class BatchVectorsTest {
    static Stream<Vectors.Opens> batches() {
        return Vectors.opens().filter(vector -> vector.layout() == Layout.BATCH);
    }

    @ParameterizedTest
    @MethodSource("batches")
    void the_batcher_opens_what_other_code_wrote(Vectors.Opens vector) throws Exception {
        try (Secret dek = open(vector, vector.bytes("envelope")).resultNow()) {
            assertThat(dek.lent()).isEqualTo(vector.bytes("dek"));
        }
    }

    @ParameterizedTest
    @MethodSource("batches")
    void one_changed_bit_anywhere_in_it_is_refused(Vectors.Opens vector) {
        int afterVersionId = Header.LENGTH + 1;
        byte[] envelope = vector.bytes("envelope");
        for (int at = afterVersionId; at < envelope.length; at++) {
            byte[] changed = envelope.clone();
            changed[at] ^= 1;
            assertThatThrownBy(() -> throwing(open(vector, changed)))
                    .as("byte %d", at)
                    .isInstanceOfAny(NotAuthentic.class, MalformedEnvelopeException.class);
        }
    }

    private static CompletableFuture<Secret> open(Vectors.Opens vector, byte[] envelope)
            throws MalformedEnvelopeException {
        Envelope parsed = Envelope.parse(envelope);
        Kek kek = new Kek(parsed.header().version(), new Lineage(UUID.randomUUID()), 1, vector.mechanism());
        try (Batcher batcher = new Batcher(new ByDefinition(vector, envelope), Capacity.off(1))) {
            return batcher.unwrap(kek, parsed, Deadline.in(Duration.ofMinutes(1)));
        }
    }

    private static void throwing(CompletableFuture<Secret> open) throws Throwable {
        throw open.exceptionNow();
    }

    private record ByDefinition(Vectors.Opens vector, byte[] envelope) implements KeyCustodian {
        @Override
        public CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox box) {
            try {
                return CompletableFuture.completedFuture(
                        Secret.owning(new ReferenceOpener(envelope, "env").box(vector)));
            } catch (GeneralSecurityException e) {
                return CompletableFuture.failedFuture(new NotAuthentic("not by this key"));
            }
        }
    }
}
