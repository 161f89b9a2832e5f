package dev.kekkai.batching;

import static dev.kekkai.batching.BatcherFixture.lineage;
import static dev.kekkai.batching.BatcherFixture.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.dek.DekException;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.id.Lineage;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.custody.HeldHsm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever happens in whatever order, each request is answered once, with what is its own. */
class BatcherPropertiesTest {
    private static final byte[] ZEROS = new byte[32];

    /** What happens next; which and length mean what the verb needs. */
    record Event(Verb verb, int which, int length) {}

    enum Verb {
        WRAP,
        WRAP_LATE,
        LET_GO,
        FAIL,
        CANCEL,
        UNWRAP
    }

    /** A request for a wrap, and how often its answer came. */
    private static final class Asked {
        private final Kek kek;
        private final byte[] dek;
        private final CompletableFuture<byte[]> answer;
        private final AtomicInteger answers = new AtomicInteger();
        private final CompletableFuture<Integer> counted;

        Asked(Kek kek, Secret dek, CompletableFuture<byte[]> answer) {
            this.kek = kek;
            this.dek = dek.lent().clone();
            this.answer = answer;
            this.counted = answer.handle((envelope, failure) -> answers.incrementAndGet());
        }
    }

    @Property(tries = 300)
    void every_request_is_answered_once_and_no_batch_mixes_versions(
            @ForAll("events") List<Event> events, @ForAll("capacities") Capacity capacity) throws Exception {
        try (BatcherFixture fixture = new BatcherFixture(capacity)) {
            Run run = new Run(fixture);

            events.forEach(run::happen);
            fixture.held.free();

            run.check();
        }
    }

    private static final class Run {
        private final BatcherFixture fixture;
        private final List<Kek> keks;
        private final List<Asked> wraps = new ArrayList<>();
        private final List<CompletableFuture<Secret>> opens = new ArrayList<>();
        private final List<byte[]> expected = new ArrayList<>();

        Run(BatcherFixture fixture) {
            this.fixture = fixture;
            Lineage shared = lineage();
            this.keks = List.of(fixture.kek(shared, 1), fixture.kek(shared, 2), fixture.kek());
        }

        void happen(Event event) {
            switch (event.verb()) {
                case WRAP, WRAP_LATE -> wrap(event);
                case LET_GO -> pick(event).ifPresent(HeldHsm.Held::letGo);
                case FAIL -> pick(event).ifPresent(held -> held.fail(new CustodyException.Unavailable("x")));
                case CANCEL -> {
                    if (!wraps.isEmpty()) {
                        wraps.get(event.which() % wraps.size()).answer.cancel(false);
                    }
                }
                case UNWRAP -> unwrap(event);
            }
        }

        private Optional<HeldHsm.Held<?>> pick(Event event) {
            List<HeldHsm.Held<?>> waiting = new ArrayList<>(fixture.held.operations());
            waiting.removeIf(held -> held.stage().isDone());
            return waiting.isEmpty() ? Optional.empty() : Optional.of(waiting.get(event.which() % waiting.size()));
        }

        private void wrap(Event event) {
            Kek kek = keks.get(event.which() % keks.size());
            Secret dek = BatcherFixture.dek(event.length());
            WrapOrder order = new WrapOrder(
                    kek, dek, event.verb() == Verb.WRAP ? BatcherFixture.later() : BatcherFixture.passed(), () -> {});
            wraps.add(new Asked(kek, dek, fixture.batcher.wrap(order)));
        }

        private void unwrap(Event event) {
            List<Asked> done = wraps.stream()
                    .filter(asked -> asked.answer.state() == CompletableFuture.State.SUCCESS)
                    .toList();
            if (!done.isEmpty()) {
                Asked asked = done.get(event.which() % done.size());
                opens.add(fixture.unwrap(asked.kek, parse(asked.answer.resultNow())));
                expected.add(asked.dek);
            }
        }

        void check() throws Exception {
            Map<String, Kek> boxes = new HashMap<>();
            for (Asked asked : wraps) {
                assertThat(asked.counted.get(20, TimeUnit.SECONDS)).isEqualTo(1);
                if (asked.answer.state() == CompletableFuture.State.SUCCESS) {
                    Envelope envelope = parse(asked.answer.resultNow());
                    assertThat(envelope.header().version()).isEqualTo(asked.kek.version());
                    assertThat(boxes.merge(HexFormat.of().formatHex(envelope.box()), asked.kek, (one, two) -> one))
                            .isEqualTo(asked.kek);
                    try (Secret opened = result(fixture.unwrap(asked.kek, envelope))) {
                        assertThat(opened.lent()).isEqualTo(asked.dek);
                    }
                } else if (!asked.answer.isCancelled()) {
                    assertThat(asked.answer.exceptionNow())
                            .isInstanceOfAny(CustodyException.Unavailable.class, DekException.class);
                }
            }
            for (int i = 0; i < opens.size(); i++) {
                CompletableFuture<Secret> open = opens.get(i);
                open.handle((dek, failure) -> true).get(20, TimeUnit.SECONDS);
                if (open.state() == CompletableFuture.State.SUCCESS) {
                    assertThat(open.resultNow().lent()).isEqualTo(expected.get(i));
                }
            }
            assertThat(fixture.batchKeys()).allSatisfy(key -> assertThat(key).isEqualTo(ZEROS));
        }

        private static Envelope parse(byte[] bytes) {
            try {
                return Envelope.parse(bytes);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Provide
    Arbitrary<List<Event>> events() {
        Arbitrary<Verb> verbs = Arbitraries.frequency(
                Tuple.of(8, Verb.WRAP),
                Tuple.of(1, Verb.WRAP_LATE),
                Tuple.of(3, Verb.LET_GO),
                Tuple.of(1, Verb.FAIL),
                Tuple.of(1, Verb.CANCEL),
                Tuple.of(3, Verb.UNWRAP));
        Arbitrary<Integer> lengths =
                Arbitraries.oneOf(Arbitraries.just(32), Arbitraries.integers().between(1, 1200));
        return Combinators.combine(verbs, Arbitraries.integers().between(0, 1000), lengths)
                .as(Event::new)
                .list()
                .ofMaxSize(120);
    }

    @Provide
    Arbitrary<Capacity> capacities() {
        return Combinators.combine(
                        Arbitraries.of(1, 2, 7, 1024),
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.of(2, 512),
                        Arbitraries.of(5, 2048))
                .as(Capacity::new);
    }
}
