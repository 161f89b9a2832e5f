package dev.kekkai.batching;

import static dev.kekkai.batching.BatcherFixture.dek;
import static dev.kekkai.batching.BatcherFixture.lineage;
import static dev.kekkai.batching.BatcherFixture.order;
import static dev.kekkai.batching.BatcherFixture.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.custody.Kek;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.id.Lineage;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.custody.HeldHsm;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NaturalBatchesTest {
    @Test
    void a_lone_wrap_is_of_the_single_layout_and_begins_on_its_callers_thread() throws Exception {
        try (BatcherFixture fixture = BatcherFixture.oneLane()) {
            Kek kek = fixture.kek();
            Secret dek = dek();

            CompletableFuture<byte[]> wrapped = fixture.batcher.wrap(order(kek, dek));

            assertThat(fixture.held.last().thread()).isSameAs(Thread.currentThread());
            assertThat(fixture.held.last().given()).isSameAs(dek.lent());
            fixture.held.last().letGo();
            assertThat(Envelope.parse(wrapped.resultNow())).isInstanceOf(Envelope.Single.class);
            assertThat(fixture.drawn).isEmpty();
        }
    }

    @Test
    void what_came_while_the_lane_was_busy_is_one_batch_and_each_envelope_opens_to_its_dek() throws Exception {
        try (BatcherFixture fixture = BatcherFixture.oneLane()) {
            Kek kek = fixture.kek();
            List<Secret> deks = List.of(dek(), dek(1), dek(16), dek(33), dek(200));
            fixture.occupyLane(kek);
            List<CompletableFuture<byte[]>> wraps = new ArrayList<>();
            deks.forEach(dek -> wraps.add(fixture.batcher.wrap(order(kek, dek))));
            assertThat(fixture.held.operations()).hasSize(1);

            fixture.held.free();

            List<Envelope> envelopes = new ArrayList<>();
            for (CompletableFuture<byte[]> wrap : wraps) {
                envelopes.add(Envelope.parse(result(wrap)));
            }
            assertThat(fixture.held.operations()).hasSize(2);
            assertThat(envelopes).allSatisfy(envelope -> {
                assertThat(envelope.header()).isEqualTo(envelopes.getFirst().header());
                assertThat(envelope.box()).isEqualTo(envelopes.getFirst().box());
            });
            assertThat(envelopes)
                    .extracting(envelope -> HexFormat.of().formatHex(((Envelope.Batch) envelope).leafIv()))
                    .doesNotHaveDuplicates();
            for (int i = 0; i < deks.size(); i++) {
                try (Secret opened = result(fixture.unwrap(kek, envelopes.get(i)))) {
                    assertThat(opened.lent()).isEqualTo(deks.get(i).lent());
                }
            }
        }
    }

    @Test
    void one_that_waits_alone_is_wrapped_alone() throws Exception {
        try (BatcherFixture fixture = BatcherFixture.oneLane()) {
            Kek kek = fixture.kek();
            fixture.occupyLane(kek);
            CompletableFuture<byte[]> second = fixture.wrap(kek);

            fixture.held.free();

            assertThat(Envelope.parse(result(second))).isInstanceOf(Envelope.Single.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "2, 8", "5, 8"})
    void so_many_lanes_are_busy_at_once_and_never_more(int lanes, int operations) {
        try (BatcherFixture fixture = new BatcherFixture(Capacity.auto(Capacity.MOST_LEAVES, lanes, operations))) {
            Kek kek = fixture.kek();

            fixture.wraps(kek, 50);

            assertThat(fixture.held.waiting()).isEqualTo(lanes);
            fixture.held.operations().getFirst().letGo();
            assertThat(fixture.held.waiting()).isEqualTo(lanes);
        }
    }

    @Test
    void lanes_that_no_session_serves_are_not_used() {
        try (BatcherFixture fixture = new BatcherFixture(Capacity.auto(Capacity.MOST_LEAVES, 8, 1))) {
            fixture.wraps(fixture.kek(), 50);

            assertThat(fixture.held.waiting()).isEqualTo(1);
        }
    }

    @Test
    void a_batch_has_no_more_leaves_than_it_may_and_the_rest_is_the_next_one() throws Exception {
        try (BatcherFixture fixture = new BatcherFixture(Capacity.auto(10, 1, 1))) {
            Kek kek = fixture.kek();
            List<CompletableFuture<byte[]>> wraps = fixture.wraps(kek, 1 + 10 + 10 + 3);

            fixture.held.free();

            for (CompletableFuture<byte[]> wrap : wraps) {
                result(wrap);
            }
            assertThat(fixture.held.operations()).hasSize(4);
        }
    }

    @Test
    void wraps_of_two_versions_never_share_a_batch() throws Exception {
        try (BatcherFixture fixture = BatcherFixture.oneLane()) {
            Lineage lineage = lineage();
            Kek one = fixture.kek(lineage, 1);
            Kek two = fixture.kek(lineage, 2);
            fixture.occupyLane(one);
            List<CompletableFuture<byte[]>> ones = new ArrayList<>();
            List<CompletableFuture<byte[]>> twos = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                ones.add(fixture.wrap(one));
                twos.add(fixture.wrap(two));
            }

            fixture.held.free();

            for (int i = 0; i < 20; i++) {
                assertThat(Envelope.parse(result(ones.get(i))).header().version())
                        .isEqualTo(one.version());
                assertThat(Envelope.parse(result(twos.get(i))).header().version())
                        .isEqualTo(two.version());
            }
            assertThat(fixture.held.operations().stream().map(HeldHsm.Held::kek))
                    .containsExactly(one, two, one);
        }
    }

    @Test
    void a_dek_whose_shared_envelope_would_be_too_long_for_the_apiserver_is_wrapped_alone() throws Exception {
        try (BatcherFixture fixture = BatcherFixture.oneLane()) {
            Kek kek = fixture.kek();
            fixture.occupyLane(kek);
            CompletableFuture<byte[]> fits = fixture.batcher.wrap(order(kek, dek(910)));
            CompletableFuture<byte[]> tooLong = fixture.batcher.wrap(order(kek, dek(911)));
            CompletableFuture<byte[]> fitsToo = fixture.batcher.wrap(order(kek, dek(910)));
            CompletableFuture<byte[]> another = fixture.batcher.wrap(order(kek, dek(32)));

            fixture.held.free();

            assertThat(result(fits)).hasSizeLessThanOrEqualTo(1024);
            assertThat(Envelope.parse(result(tooLong))).isInstanceOf(Envelope.Single.class);
            assertThat(Envelope.parse(result(fitsToo))).isInstanceOf(Envelope.Batch.class);
            assertThat(result(fitsToo)).hasSizeLessThanOrEqualTo(1024);
            assertThat(Envelope.parse(result(another))).isInstanceOf(Envelope.Batch.class);
            assertThat(fixture.held.operations()).hasSize(4);
        }
    }

    @Test
    void when_it_is_off_each_dek_is_sealed_by_the_custodian_and_batches_still_open() throws Exception {
        try (BatcherFixture fixture = new BatcherFixture(Capacity.off(2))) {
            Kek kek = fixture.kek();
            List<CompletableFuture<byte[]>> wraps = fixture.wraps(kek, 30);

            fixture.held.free();

            for (CompletableFuture<byte[]> wrap : wraps) {
                assertThat(Envelope.parse(result(wrap))).isInstanceOf(Envelope.Single.class);
            }
            assertThat(fixture.held.operations()).hasSize(30);
            Secret dek = dek();
            Envelope.Batch shared = fixture.batch(kek, List.of(dek, dek())).getFirst();
            try (Secret opened = result(fixture.unwrap(kek, shared))) {
                assertThat(opened.lent()).isEqualTo(dek.lent());
            }
        }
    }
}
