package dev.kekkai.batching;

import static dev.kekkai.batching.BatcherFixture.dek;
import static dev.kekkai.batching.BatcherFixture.lineage;
import static dev.kekkai.batching.BatcherFixture.order;
import static dev.kekkai.batching.BatcherFixture.passed;
import static dev.kekkai.batching.BatcherFixture.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekException.Overloaded;
import dev.kekkai.dek.DekException.TooLate;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.id.Lineage;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.custody.HeldHsm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who waits, for how long, and who goes first. */
class WaitingTest {
    @Test
    void one_operation_is_one_use_however_many_share_it() throws Exception {
        try (BatcherFixture fixture = BatcherFixture.oneLane()) {
            Kek kek = fixture.kek();
            AtomicInteger uses = new AtomicInteger();
            List<CompletableFuture<byte[]>> wraps = new ArrayList<>();
            for (int i = 0; i < 101; i++) {
                wraps.add(
                        fixture.batcher.wrap(new WrapOrder(kek, dek(), BatcherFixture.later(), uses::incrementAndGet)));
            }

            fixture.held.free();

            for (CompletableFuture<byte[]> wrap : wraps) {
                result(wrap);
            }
            assertThat(uses).hasValue(2);
        }
    }

    @Test
    void who_waited_past_its_deadline_is_not_sealed_and_the_others_are() throws Exception {
        try (BatcherFixture fixture = BatcherFixture.oneLane()) {
            Kek kek = fixture.kek();
            fixture.occupyLane(kek);
            CompletableFuture<byte[]> inTime = fixture.wrap(kek);
            CompletableFuture<byte[]> late = fixture.batcher.wrap(new WrapOrder(kek, dek(), passed(), () -> {}));

            fixture.held.free();

            assertThatThrownBy(() -> result(late)).isInstanceOf(TooLate.class);
            assertThat(Envelope.parse(result(inTime))).isInstanceOf(Envelope.Single.class);
        }
    }

    @Test
    void who_leaves_a_batch_that_is_under_way_harms_nobody() throws Exception {
        try (BatcherFixture fixture = BatcherFixture.oneLane()) {
            Kek kek = fixture.kek();
            fixture.occupyLane(kek);
            List<CompletableFuture<byte[]>> wraps = fixture.wraps(kek, 20);
            fixture.held.last().letGo();

            wraps.get(7).cancel(false);
            fixture.held.last().letGo();

            assertThat(wraps.get(7)).isCancelled();
            wraps.remove(7);
            for (CompletableFuture<byte[]> wrap : wraps) {
                assertThat(Envelope.parse(result(wrap))).isInstanceOf(Envelope.Batch.class);
            }
        }
    }

    @Test
    void a_lane_whose_callers_are_all_gone_is_free_again_although_the_custodian_hangs() throws Exception {
        try (BatcherFixture fixture = BatcherFixture.oneLane()) {
            Kek kek = fixture.kek();
            CompletableFuture<byte[]> hung = fixture.wrap(kek);
            CompletableFuture<byte[]> next = fixture.wrap(kek);
            assertThat(fixture.held.operations()).hasSize(1);

            hung.cancel(false);

            assertThat(fixture.held.operations()).hasSize(2);
            fixture.held.last().letGo();
            assertThat(result(next)).isNotEmpty();
        }
    }

    @Test
    void a_queue_that_is_full_refuses_at_once_and_begins_nothing() {
        try (BatcherFixture fixture = new BatcherFixture(new Capacity(1024, 1, 1, 3, 5))) {
            Kek kek = fixture.kek();
            fixture.occupyLane(kek);
            List<CompletableFuture<byte[]>> waiting = fixture.wraps(kek, 5);

            CompletableFuture<byte[]> refused = fixture.wrap(kek);

            assertThatThrownBy(() -> result(refused))
                    .isInstanceOf(Overloaded.class)
                    .hasMessageContaining("5 that share one");
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            assertThat(fixture.held.operations()).hasSize(1);
        }
    }

    @Test
    void what_needs_an_operation_of_its_own_has_a_tighter_bound() {
        try (BatcherFixture fixture = new BatcherFixture(new Capacity(1024, 1, 1, 3, 5))) {
            Kek kek = fixture.kek();
            Envelope single = single(fixture, kek);
            int before = fixture.held.operations().size();
            List<CompletableFuture<?>> opens = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                opens.add(fixture.unwrap(kek, single));
            }

            assertThat(opens)
                    .filteredOn(CompletableFuture::isDone)
                    .singleElement()
                    .satisfies(refused -> assertThat(refused.exceptionNow()).isInstanceOf(Overloaded.class));
            assertThat(fixture.held.operations()).hasSize(before + 1);
            CompletableFuture<byte[]> tooLongToShare = fixture.batcher.wrap(order(kek, dek(5000)));
            assertThat(tooLongToShare.exceptionNow()).isInstanceOf(Overloaded.class);
            assertThat(fixture.wrap(kek)).isNotDone();
        }
    }

    @Test
    void who_has_given_up_makes_room_while_everything_hangs() {
        try (BatcherFixture fixture = new BatcherFixture(new Capacity(1024, 1, 1, 3, 5))) {
            Kek kek = fixture.kek();
            fixture.occupyLane(kek);
            List<CompletableFuture<byte[]>> waiting = fixture.wraps(kek, 5);
            assertThat(fixture.wrap(kek)).isCompletedExceptionally();

            waiting.get(2).cancel(false);

            assertThat(fixture.wrap(kek)).isNotDone();
            assertThat(fixture.wrap(kek)).isCompletedExceptionally();
        }
    }

    @Test
    void one_keyring_that_is_full_leaves_room_for_another_and_all_together_are_bounded_too() {
        try (BatcherFixture fixture = new BatcherFixture(new Capacity(1024, 1, 1, 3, 5))) {
            fixture.occupyLane(fixture.kek());
            List<CompletableFuture<byte[]>> refused = new ArrayList<>();
            for (int keyring = 0; keyring < 4; keyring++) {
                refused.addAll(fixture.wraps(fixture.kek(), 6).stream()
                        .filter(CompletableFuture::isDone)
                        .toList());
            }

            assertThat(refused).hasSize(4 * 6 - 2 * 5);
            assertThat(refused)
                    .allSatisfy(wrap -> assertThat(wrap.exceptionNow()).isInstanceOf(Overloaded.class));
        }
    }

    @Test
    void two_keyrings_that_flood_leave_a_third_its_places_and_it_gives_back_what_it_took() {
        try (BatcherFixture fixture = new BatcherFixture(Capacity.off(1))) {
            Kek third = fixture.kek();
            Envelope single = single(fixture, third);
            fixture.occupyLane(fixture.kek());
            List<CompletableFuture<byte[]>> floods = new ArrayList<>();
            for (int keyring = 0; keyring < 4; keyring++) {
                floods.addAll(fixture.wraps(fixture.kek(), 1000));
            }
            long waiting = floods.stream().filter(wrap -> !wrap.isDone()).count();
            assertThat(waiting)
                    .as("as many as may wait overall, and what each has for itself")
                    .isEqualTo(1024 + 4 * 32);

            List<CompletableFuture<?>> opens = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                opens.add(fixture.unwrap(third, single));
            }

            assertThat(opens).filteredOn(open -> !open.isDone()).hasSize(32);
            fixture.held.free();
            assertThat(opens)
                    .filteredOn(open -> !open.isCompletedExceptionally())
                    .hasSize(32);
            assertThat(floods)
                    .filteredOn(wrap -> !wrap.isCompletedExceptionally())
                    .hasSize((int) waiting);
            CompletableFuture<byte[]> afterwards = fixture.wrap(fixture.kek());
            assertThat(afterwards).isCompleted();
        }
    }

    @Test
    void a_keyring_that_floods_does_not_keep_another_from_its_turn() {
        try (BatcherFixture fixture = new BatcherFixture(Capacity.off(1))) {
            Kek flood = fixture.kek();
            Kek other = fixture.kek();
            fixture.wraps(flood, 100);
            fixture.wraps(other, 2);

            fixture.held.free();

            assertThat(fixture.held.operations().stream().limit(5).map(HeldHsm.Held::kek))
                    .containsExactly(flood, other, flood, other, flood);
        }
    }

    @Test
    void within_a_keyring_wraps_and_opens_take_turns() {
        try (BatcherFixture fixture = new BatcherFixture(Capacity.off(1))) {
            Lineage lineage = lineage();
            Kek one = fixture.kek(lineage, 1);
            Kek two = fixture.kek(lineage, 2);
            Envelope single = single(fixture, one);
            int before = fixture.held.operations().size();
            fixture.wraps(one, 50);
            fixture.wraps(two, 50);
            for (int i = 0; i < 3; i++) {
                CompletableFuture<Secret> unused = fixture.unwrap(one, single);
            }
            fixture.held.free();

            assertThat(fixture.held.operations().stream()
                            .skip(before)
                            .limit(7)
                            .map(operation -> operation.given().length == 32
                                    ? "wrap " + operation.kek().number()
                                    : "open"))
                    .containsExactly("wrap 1", "wrap 2", "open", "wrap 1", "wrap 2", "open", "wrap 1");
        }
    }

    @Test
    void a_custodian_that_fails_everything_at_once_is_survived_by_a_full_queue() {
        try (BatcherFixture fixture = new BatcherFixture(new Capacity(1, 1, 1, 100_000, 1))) {
            Kek kek = fixture.kek();
            List<CompletableFuture<byte[]>> wraps = fixture.wraps(kek, 100_000);
            fixture.hsm.failWith("the breaker is open");

            fixture.held.free();

            assertThat(wraps).allSatisfy(wrap -> assertThat(wrap.exceptionNow())
                    .isInstanceOf(CustodyException.Unavailable.class));
        }
    }

    @Test
    void when_it_closes_what_waits_is_told_and_what_comes_is_refused() {
        try (BatcherFixture fixture = BatcherFixture.oneLane()) {
            Kek kek = fixture.kek();
            Envelope single = single(fixture, kek);
            fixture.occupyLane(kek);
            List<CompletableFuture<?>> waiting = new ArrayList<>(fixture.wraps(kek, 3));
            waiting.add(fixture.unwrap(kek, single));

            fixture.batcher.close();

            waiting.add(fixture.wrap(kek));
            assertThat(waiting).allSatisfy(request -> assertThat(request.exceptionNow())
                    .isInstanceOf(DekException.Unavailable.class)
                    .hasMessageContaining("stopping"));
        }
    }

    private static Envelope single(BatcherFixture fixture, Kek kek) {
        CompletableFuture<byte[]> wrap = fixture.wrap(kek);
        fixture.held.last().letGo();
        try {
            return Envelope.parse(wrap.resultNow());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
