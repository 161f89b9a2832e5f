package dev.kekkai.batching;

import static dev.kekkai.batching.BatcherFixture.dek;
import static dev.kekkai.batching.BatcherFixture.order;
import static dev.kekkai.batching.BatcherFixture.passed;
import static dev.kekkai.batching.BatcherFixture.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.dek.DekException.KeyRefused;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.secret.Secret;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds the very arrays that batch keys were drawn into, and looks into them when a batch is over. */
class BatchKeyLifeTest {
    private static final byte[] ZEROS = new byte[32];

    private BatcherFixture fixture;
    private Kek kek;

    @BeforeEach
    void occupy_the_lane() {
        fixture = BatcherFixture.oneLane();
        kek = fixture.kek();
        fixture.occupyLane(kek);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Begins a batch of so many, and checks that its key is alive while the custodian has it. */
    private List<CompletableFuture<byte[]>> batchUnderWay(int leaves) {
        List<CompletableFuture<byte[]>> wraps = fixture.wraps(kek, leaves);
        fixture.held.last().letGo();
        assertThat(fixture.batchKeys())
                .singleElement()
                .isSameAs(fixture.held.last().given())
                .isNotEqualTo(ZEROS);
        return wraps;
    }

    private void onlyKeyIsGone() {
        assertThat(fixture.batchKeys()).singleElement().isEqualTo(ZEROS);
    }

    @Test
    void it_is_gone_before_the_first_caller_is_answered() {
        for (int leaves : new int[] {2, 4, 5, 300}) {
            BatcherFixture other = BatcherFixture.oneLane();
            Kek its = other.kek();
            other.occupyLane(its);
            List<CompletableFuture<byte[]>> goneBefore = other.wraps(its, leaves).stream()
                    .map(wrap -> wrap.thenApply(
                            answer -> other.batchKeys().getFirst().clone()))
                    .toList();

            other.held.free();

            assertThat(goneBefore).allSatisfy(seen -> assertThat(result(seen)).isEqualTo(ZEROS));
            other.close();
        }
    }

    @Test
    void it_is_gone_after_the_custodian_failed_and_all_who_shared_it_get_its_reason() {
        List<CompletableFuture<byte[]>> wraps = batchUnderWay(300);

        fixture.held.last().fail(new CustodyException.Unavailable("the HSM answered CKR_DEVICE_ERROR"));

        onlyKeyIsGone();
        assertThat(wraps).allSatisfy(wrap -> assertThatThrownBy(() -> result(wrap))
                .isInstanceOf(CustodyException.Unavailable.class)
                .hasMessageContaining("CKR_DEVICE_ERROR"));
        assertThat(fixture.held.operations()).hasSize(2);
    }

    @Test
    void what_is_tried_again_gets_another_key() {
        batchUnderWay(3);
        fixture.held.last().fail(new CustodyException.Unavailable("x"));
        fixture.occupyLane(kek);

        fixture.wraps(kek, 3);
        fixture.held.last().letGo();

        assertThat(fixture.batchKeys()).hasSize(2);
        assertThat(fixture.batchKeys().getLast())
                .isNotSameAs(fixture.batchKeys().getFirst());
        assertThat(fixture.batchKeys().getFirst()).isEqualTo(ZEROS);
    }

    @Test
    void it_is_gone_after_the_custodian_broke() {
        for (Throwable broken : List.of(new IllegalStateException("x"), new StackOverflowError("x"))) {
            RecordingFailure custodian = new RecordingFailure(broken);
            try (Batcher batcher = new Batcher(custodian, Capacity.auto(Capacity.MOST_LEAVES, 1, 1))) {
                CompletableFuture<byte[]> first = batcher.wrap(order(kek, dek()));
                List<CompletableFuture<byte[]>> wraps =
                        List.of(batcher.wrap(order(kek, dek())), batcher.wrap(order(kek, dek())));
                custodian.first.cancel(false);

                assertThat(first).isCompletedExceptionally();
                assertThat(wraps)
                        .allSatisfy(wrap -> assertThat(wrap.exceptionNow()).isSameAs(broken));
                assertThat(custodian.given).isEqualTo(ZEROS);
            }
        }
    }

    /** Answers the first seal with a stage of its own and throws at the second. */
    private static final class RecordingFailure implements KeyCustodian {
        private final CompletableFuture<SealedBox> first = new CompletableFuture<>();
        private final Throwable failure;
        private byte[] given = {};

        RecordingFailure(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
            if (given.length == 0) {
                given = plaintext.lent();
                return first;
            }
            given = plaintext.lent();
            assertThat(given).isNotEqualTo(ZEROS);
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }

        @Override
        public CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox box) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void it_is_gone_after_all_who_shared_it_left_and_the_custodian_is_relieved() {
        List<CompletableFuture<byte[]>> wraps = batchUnderWay(5);
        wraps.subList(1, 5).forEach(wrap -> wrap.cancel(false));
        assertThat(fixture.held.last().stage().isDone()).isFalse();

        wraps.getFirst().cancel(false);

        assertThat(fixture.held.last().stage()).isCancelled();
        onlyKeyIsGone();
    }

    @Test
    void it_is_gone_although_the_version_had_no_use_left_and_the_custodian_never_saw_it() {
        WrapOrder refused = new WrapOrder(kek, dek(), BatcherFixture.later(), () -> {
            throw new KeyRefused("all its uses");
        });
        List<CompletableFuture<byte[]>> wraps =
                List.of(fixture.batcher.wrap(refused), fixture.batcher.wrap(refused), fixture.batcher.wrap(refused));

        fixture.held.last().letGo();

        assertThat(fixture.held.operations()).hasSize(1);
        assertThat(wraps)
                .allSatisfy(wrap -> assertThatThrownBy(() -> result(wrap)).isInstanceOf(KeyRefused.class));
        assertThat(fixture.batchKeys()).allSatisfy(key -> assertThat(key).isEqualTo(ZEROS));
    }

    @Test
    void it_is_gone_and_the_lane_is_free_although_the_use_counter_broke() throws Exception {
        WrapOrder broken = new WrapOrder(kek, dek(), BatcherFixture.later(), () -> {
            throw new StackOverflowError("x");
        });
        List<CompletableFuture<byte[]>> wraps = List.of(fixture.batcher.wrap(broken), fixture.batcher.wrap(broken));

        fixture.held.last().letGo();

        assertThat(wraps).allSatisfy(wrap -> assertThat(wrap.exceptionNow()).isInstanceOf(StackOverflowError.class));
        onlyKeyIsGone();
        CompletableFuture<byte[]> next = fixture.wrap(kek);
        fixture.held.last().letGo();
        assertThat(result(next)).isNotEmpty();
    }

    @Test
    void it_is_gone_and_the_others_are_answered_although_one_dek_was_destroyed_too_early() throws Exception {
        Secret gone = dek();
        CompletableFuture<byte[]> first = fixture.wrap(kek);
        CompletableFuture<byte[]> early = fixture.batcher.wrap(order(kek, gone));
        CompletableFuture<byte[]> last = fixture.wrap(kek);
        fixture.held.last().letGo();
        gone.destroy();

        fixture.held.last().letGo();

        assertThat(Envelope.parse(result(first))).isInstanceOf(Envelope.Batch.class);
        assertThat(Envelope.parse(result(last))).isInstanceOf(Envelope.Batch.class);
        assertThatThrownBy(() -> result(early)).isInstanceOf(IllegalStateException.class);
        onlyKeyIsGone();
    }

    @Test
    void it_is_gone_although_the_custodian_made_a_box_that_is_none() {
        List<CompletableFuture<byte[]>> wraps = batchUnderWay(300);

        complete(fixture.held.last().stage(), new SealedBox(new byte[12], new byte[7]));

        assertThat(wraps).allSatisfy(wrap -> assertThatThrownBy(() -> result(wrap))
                .isInstanceOf(IllegalArgumentException.class));
        onlyKeyIsGone();
    }

    @Test
    void it_is_gone_after_a_batch_that_ended_while_the_process_was_stopping() {
        List<CompletableFuture<byte[]>> wraps = batchUnderWay(300);
        fixture.close();

        fixture.held.last().letGo();

        assertThat(wraps).allSatisfy(wrap -> assertThat(result(wrap)).isNotEmpty());
        onlyKeyIsGone();
    }

    @Test
    void for_requests_that_came_too_late_none_is_drawn() {
        for (int i = 0; i < 3; i++) {
            CompletableFuture<byte[]> unused = fixture.batcher.wrap(new WrapOrder(kek, dek(), passed(), () -> {}));
        }

        fixture.held.last().letGo();

        assertThat(fixture.batchKeys()).isEmpty();
        assertThat(fixture.held.operations()).hasSize(1);
    }

    @SuppressWarnings("unchecked")
    private static void complete(CompletableFuture<?> stage, SealedBox box) {
        ((CompletableFuture<SealedBox>) stage).complete(box);
    }
}
