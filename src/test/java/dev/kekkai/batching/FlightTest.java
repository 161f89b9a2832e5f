package dev.kekkai.batching;

import static dev.kekkai.batching.BatcherFixture.dek;
import static dev.kekkai.batching.BatcherFixture.passed;
import static dev.kekkai.batching.BatcherFixture.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.Kek;
import dev.kekkai.dek.DekException.Overloaded;
import dev.kekkai.dek.DekException.TooLate;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.secret.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Opens of one box. */
class FlightTest {
    private BatcherFixture fixture;
    private Kek kek;
    private List<Secret> deks;
    private List<Envelope.Batch> batch;

    @BeforeEach
    void wrap_a_batch() throws Exception {
        fixture = new BatcherFixture(new Capacity(Capacity.MOST_LEAVES, 2, 2, 10, 30));
        kek = fixture.kek();
        deks = Stream.generate(BatcherFixture::dek).limit(20).toList();
        batch = fixture.batch(kek, deks);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private List<CompletableFuture<Secret>> openAll() {
        return new ArrayList<>(
                batch.stream().map(envelope -> fixture.unwrap(kek, envelope)).toList());
    }

    private Secret batchKey() {
        return fixture.hsm.opened().getLast();
    }

    @Test
    void opens_of_one_box_that_come_together_are_one_operation_and_each_gets_its_own_dek() throws Exception {
        List<CompletableFuture<Secret>> opens = openAll();

        fixture.held.free();

        for (int i = 0; i < deks.size(); i++) {
            assertThat(result(opens.get(i)).lent()).isEqualTo(deks.get(i).lent());
        }
        assertThat(fixture.held.operations()).hasSize(1);
    }

    @Test
    void an_open_that_is_alone_is_answered_on_the_thread_that_completes_it() throws Exception {
        CompletableFuture<Thread> answeredBy =
                fixture.unwrap(kek, batch.getFirst()).thenApply(dek -> Thread.currentThread());

        fixture.held.last().letGo();

        assertThat(result(answeredBy)).isSameAs(Thread.currentThread());
    }

    @Test
    void with_the_last_answer_the_key_is_gone_and_who_comes_later_asks_anew() throws Exception {
        List<CompletableFuture<Secret>> opens = openAll();
        List<CompletableFuture<Boolean>> goneBefore = opens.stream()
                .map(open -> open.thenApply(dek -> batchKey().isDestroyed()))
                .toList();
        fixture.held.free();
        for (CompletableFuture<Boolean> gone : goneBefore) {
            assertThat(result(gone)).isTrue();
        }

        result(fixture.unwrap(kek, batch.getFirst()));

        assertThat(fixture.held.operations()).hasSize(2);
        assertThat(fixture.hsm.opened()).hasSize(2).allMatch(Secret::isDestroyed);
    }

    @Test
    void a_wrong_leaf_fails_only_its_own_request() throws Exception {
        Envelope.Batch sound = batch.getFirst();
        byte[] changed = sound.encode();
        changed[changed.length - 1] ^= 1;
        byte[] leafOfAnother = batch.get(1).encode();
        System.arraycopy(sound.leafIv(), 0, leafOfAnother, leafOfAnother.length - 48 - 12, 12);
        List<CompletableFuture<Secret>> opens = openAll();

        CompletableFuture<Secret> wrongTag = fixture.unwrap(kek, Envelope.parse(changed));
        CompletableFuture<Secret> wrongIv = fixture.unwrap(kek, Envelope.parse(leafOfAnother));
        fixture.held.free();

        assertThatThrownBy(() -> result(wrongTag))
                .isInstanceOf(NotAuthentic.class)
                .hasMessageContaining("leaf");
        assertThatThrownBy(() -> result(wrongIv)).isInstanceOf(NotAuthentic.class);
        for (CompletableFuture<Secret> open : opens) {
            result(open).close();
        }
        assertThat(fixture.held.operations()).hasSize(1);
        assertThat(batchKey().isDestroyed()).isTrue();
    }

    @Test
    void one_changed_bit_of_iv_or_box_is_another_box_and_opens_nothing() throws Exception {
        for (int at : new int[] {20, 31, 34, 81}) {
            CompletableFuture<Secret> sound = fixture.unwrap(kek, batch.getFirst());
            byte[] changed = batch.get(1).encode();
            changed[at] ^= 1;
            CompletableFuture<Secret> forged = fixture.unwrap(kek, Envelope.parse(changed));
            assertThat(fixture.held.waiting()).isEqualTo(2);

            fixture.held.operations().forEach(operation -> {
                if (!operation.stage().isDone()) {
                    operation.letGo();
                }
            });

            result(sound).close();
            assertThatThrownBy(() -> result(forged)).isInstanceOf(NotAuthentic.class);
        }
    }

    @Test
    void one_who_leaves_or_whose_deadline_passes_fails_nobody_else() throws Exception {
        List<CompletableFuture<Secret>> opens = openAll();
        opens.getFirst().cancel(false);
        CompletableFuture<Secret> late = fixture.batcher.unwrap(kek, batch.get(3), passed());

        fixture.held.free();

        assertThat(opens.removeFirst()).isCancelled();
        assertThat(late.handle((dek, failure) -> true).get()).isTrue();
        for (CompletableFuture<Secret> open : opens) {
            result(open).close();
        }
        assertThat(fixture.held.operations()).hasSize(1);
    }

    @Test
    void the_first_of_a_waiting_flight_may_be_late_and_the_others_still_get_theirs() throws Exception {
        occupy();
        CompletableFuture<Secret> late = fixture.batcher.unwrap(kek, batch.getFirst(), passed());
        CompletableFuture<Secret> other = fixture.unwrap(kek, batch.get(1));

        fixture.held.free();

        assertThatThrownBy(() -> result(late)).isInstanceOf(TooLate.class);
        assertThat(result(other).lent()).isEqualTo(deks.get(1).lent());
    }

    @Test
    void a_waiting_flight_that_is_late_for_all_never_reaches_the_custodian() {
        occupy();
        CompletableFuture<Secret> late = fixture.batcher.unwrap(kek, batch.getFirst(), passed());

        fixture.held.free();

        assertThatThrownBy(() -> result(late)).isInstanceOf(TooLate.class);
        assertThat(fixture.held.operations()).hasSize(2);
    }

    /** Two opens of single envelopes, which is all that is done at once. */
    private void occupy() {
        for (Kek other : List.of(fixture.kek(), fixture.kek())) {
            fixture.occupyLane(other);
        }
        assertThat(fixture.held.waiting()).isEqualTo(2);
    }

    @Test
    void when_all_have_left_the_custodian_is_relieved_and_the_next_begins_another_flight() throws Exception {
        List<CompletableFuture<Secret>> opens = openAll();

        opens.forEach(open -> open.cancel(false));

        assertThat(fixture.held.last().stage()).isCancelled();
        CompletableFuture<Secret> next = fixture.unwrap(kek, batch.getFirst());
        assertThat(fixture.held.operations()).hasSize(2);
        fixture.held.last().letGo();
        result(next).close();
    }

    @Test
    void a_failure_is_told_to_all_and_remembered_for_nobody() throws Exception {
        List<CompletableFuture<Secret>> opens = openAll();

        fixture.held.last().fail(new CustodyException.Unavailable("the HSM answered CKR_DEVICE_ERROR"));

        assertThat(opens).allSatisfy(open -> assertThatThrownBy(() -> result(open))
                .isInstanceOf(CustodyException.Unavailable.class));
        CompletableFuture<Secret> again = fixture.unwrap(kek, batch.getFirst());
        fixture.held.last().letGo();
        result(again).close();
    }

    @Test
    void a_dek_that_nobody_takes_any_more_is_destroyed() throws Exception {
        CompletableFuture<Secret> stays = fixture.unwrap(kek, batch.getFirst());
        CompletableFuture<Secret> leaves = fixture.unwrap(kek, batch.get(1));
        Secret[] seen = new Secret[1];
        CompletableFuture<Void> unused = stays.thenAccept(dek -> {
            seen[0] = dek;
            leaves.cancel(false);
        });

        fixture.held.last().letGo();

        assertThat(seen[0].isDestroyed()).isFalse();
        assertThat(leaves).isCancelled();
        assertThat(batchKey().isDestroyed()).isTrue();
    }

    @Test
    void a_box_that_holds_something_else_than_a_key_opens_no_leaf() {
        CompletableFuture<Secret> open = fixture.unwrap(kek, batch.getFirst());
        Secret strange = dek(31);

        complete(fixture.held.last().stage(), strange);

        assertThatThrownBy(() -> result(open)).isInstanceOf(NotAuthentic.class).hasMessageContaining("no key");
        assertThat(strange.isDestroyed()).isTrue();
    }

    @Test
    void those_who_join_are_bounded_too_and_leave_their_room_to_others() throws Exception {
        List<CompletableFuture<Secret>> opens = openAll();
        opens.addAll(openAll());

        assertThat(opens).filteredOn(CompletableFuture::isDone).hasSize(40 - 31).allSatisfy(refused -> assertThat(
                        refused.exceptionNow())
                .isInstanceOf(Overloaded.class));
        fixture.held.free();
        for (CompletableFuture<Secret> open : openAll()) {
            result(open).close();
        }
        for (CompletableFuture<Secret> open : openAll()) {
            result(open).close();
        }
    }

    @SuppressWarnings("unchecked")
    private static void complete(CompletableFuture<?> stage, Secret secret) {
        ((CompletableFuture<Secret>) stage).complete(secret);
    }
}
