package dev.kekkai.audit.otlp;

import static dev.kekkai.testing.otlp.ReceivingCollector.answer;
import static dev.kekkai.testing.otlp.ReceivingCollector.later;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.audit.otlp.OtlpCopies.Bounds;
import dev.kekkai.testing.otlp.ReceivingCollector;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Copies over real sockets on loopback, to collectors on their bad days. */
class OtlpCopiesTest {
    private static final String LINE = "{\"v\":2,\"time\":\"2026-01-02T03:04:05.000678Z\",\"seq\":%d}";
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Bounds QUICK =
            new Bounds(OtlpCopies.MOST_WAITING, LONG, Duration.ofMillis(20), Duration.ofMillis(100));
    private static final Bounds HASTY =
            new Bounds(OtlpCopies.MOST_WAITING, Duration.ofMillis(300), Duration.ofSeconds(2), Duration.ofSeconds(2));

    private static OtlpCopies to(URI url, Bounds bounds) {
        return OtlpCopies.to(
                new CollectorAddress(url, Optional.empty(), Optional.empty()), new UUID(1, 2), "1", bounds);
    }

    private static void give(OtlpCopies copies, int from, int to) {
        lines(from, to).forEach(line -> copies.accept((line + "\n").getBytes(UTF_8)));
    }

    private static List<String> lines(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(LINE::formatted).toList();
    }

    @Test
    void a_collector_that_is_away_gets_all_when_it_is_back_in_order_and_once() throws Exception {
        int port;
        try (ReceivingCollector gone = ReceivingCollector.plain()) {
            port = gone.port();
        }
        try (OtlpCopies copies = to(URI.create("http://127.0.0.1:" + port + "/v1/logs"), QUICK)) {
            give(copies, 1, 700);
            await().until(() -> !copies.problem().isEmpty());
            give(copies, 701, 1500);
            assertThat(copies.dropped()).isZero();

            try (ReceivingCollector back = ReceivingCollector.plain(port)) {
                await().until(() -> back.lines().size() >= 1500);
                assertThat(back.lines()).isEqualTo(lines(1, 1500));
                assertThat(back.requests()).as("in batches").hasSizeLessThan(10);
                await().until(() -> copies.problem().isEmpty());
            }
            assertThat(copies.dropped()).isZero();
        }
    }

    @Test
    void a_connection_that_is_cut_costs_nothing_but_a_repetition() throws Exception {
        try (ReceivingCollector collector = ReceivingCollector.plain().then(exchange -> exchange.close());
                OtlpCopies copies = to(collector.url(), QUICK)) {
            give(copies, 1, 1);

            await().until(() -> collector.requests().size() == 2);
            assertThat(collector.lines()).containsExactly(LINE.formatted(1), LINE.formatted(1));
            await().until(() -> copies.problem().isEmpty());
            assertThat(copies.dropped()).isZero();
        }
    }

    @Test
    void what_is_refused_for_good_is_counted_and_not_sent_again() throws Exception {
        try (ReceivingCollector collector = ReceivingCollector.plain().then(answer(400, "no"));
                OtlpCopies copies = to(collector.url(), QUICK)) {
            copies.accept((LINE.formatted(1) + "\n" + LINE.formatted(2) + "\n").getBytes(UTF_8));
            await().until(() -> copies.dropped() == 2);
            assertThat(copies.problem()).isEqualTo("the collector answered 400");

            give(copies, 3, 3);
            await().until(() -> copies.problem().isEmpty());
            assertThat(collector.lines()).isEqualTo(lines(1, 3));
            assertThat(copies.dropped()).isEqualTo(2);
        }
    }

    @Test
    void a_redirect_is_not_followed() throws Exception {
        try (ReceivingCollector elsewhere = ReceivingCollector.plain();
                ReceivingCollector collector = ReceivingCollector.plain().then(exchange -> {
                    exchange.getResponseHeaders()
                            .set("Location", elsewhere.url().toString());
                    answer(307, "").with(exchange);
                });
                OtlpCopies copies = to(collector.url(), QUICK)) {
            give(copies, 1, 1);

            await().until(() -> copies.dropped() == 1);
            assertThat(copies.problem()).contains("307", "audit.otlp.url");
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void what_a_collector_rejects_of_a_request_is_counted_and_nothing_of_it_sent_again() throws Exception {
        String partly = "{\"partialSuccess\":{\"rejectedLogRecords\":\"2\",\"errorMessage\":\"too\\nold\"}}";
        try (ReceivingCollector collector = ReceivingCollector.plain().then(answer(200, partly));
                OtlpCopies copies = to(collector.url(), QUICK)) {
            copies.accept((String.join("\n", lines(1, 3)) + "\n").getBytes(UTF_8));

            await().until(() -> copies.dropped() == 2);
            assertThat(copies.problem()).isEqualTo("the collector rejected 2 records: too?old");
            give(copies, 4, 4);
            await().until(() -> copies.problem().isEmpty());
            assertThat(collector.lines()).isEqualTo(lines(1, 4));
        }
    }

    @Test
    void a_collector_that_claims_to_reject_more_than_it_was_sent_is_believed_for_no_more() throws Exception {
        String boast = "{\"partialSuccess\":{\"rejectedLogRecords\":1000000}}";
        try (ReceivingCollector collector = ReceivingCollector.plain().then(answer(200, boast));
                OtlpCopies copies = to(collector.url(), QUICK)) {
            give(copies, 1, 1);

            await().until(() -> copies.dropped() == 1);
        }
    }

    @Test
    void an_overloaded_collector_is_left_alone_for_as_long_as_it_asks_and_gets_all() throws Exception {
        try (ReceivingCollector collector = ReceivingCollector.plain().then(later(503, "3"), later(429, "1"));
                OtlpCopies copies = to(collector.url(), QUICK)) {
            give(copies, 1, 1);
            await().until(() -> copies.problem().contains("answered 503"));

            await().until(() -> collector.requests().size() == 3);
            List<Long> came = collector.requests().stream()
                    .map(ReceivingCollector.Request::nanos)
                    .toList();
            assertThat(Duration.ofNanos(came.get(1) - came.get(0))).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(Duration.ofNanos(came.get(2) - came.get(1))).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            await().until(() -> copies.problem().isEmpty());
            assertThat(copies.dropped()).isZero();
        }
    }

    @Test
    void a_collector_that_does_not_answer_is_given_up_and_asked_again() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (ReceivingCollector collector = ReceivingCollector.plain().then(exchange -> hold(over));
                OtlpCopies copies = to(collector.url(), HASTY)) {
            give(copies, 1, 1);
            await().until(() -> copies.problem().contains("did not answer within 300 ms"));

            await().until(() -> copies.problem().isEmpty());
            assertThat(collector.lines()).hasSizeGreaterThan(1).containsOnly(LINE.formatted(1));
            assertThat(copies.dropped()).isZero();
            over.countDown();
        }
    }

    /** Headers in time, and then nothing: what a deadline for headers alone would not see. */
    @Test
    void an_answer_that_never_ends_is_given_up_too() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (ReceivingCollector collector = ReceivingCollector.plain().then(exchange -> {
                    exchange.sendResponseHeaders(200, 1000);
                    exchange.getResponseBody().flush();
                    hold(over);
                });
                OtlpCopies copies = to(collector.url(), HASTY)) {
            give(copies, 1, 1);
            await().until(() -> copies.problem().contains("did not answer within 300 ms"));

            await().until(() -> copies.problem().isEmpty());
            over.countDown();
        }
    }

    @Test
    void an_answer_without_measure_fills_no_memory() throws Exception {
        try (ReceivingCollector collector = ReceivingCollector.plain().then(answer(200, " ".repeat(100_000)));
                OtlpCopies copies = to(collector.url(), QUICK)) {
            give(copies, 1, 1);

            await().until(() -> collector.requests().size() == 2);
            await().until(() -> copies.problem().isEmpty());
        }
    }

    @Test
    void nobody_waits_for_a_collector_and_what_finds_no_room_is_counted() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        Bounds small = new Bounds(10_000, LONG, Duration.ofMillis(20), Duration.ofMillis(100));
        try (ReceivingCollector collector = ReceivingCollector.plain().then(exchange -> {
                    hold(over);
                    answer(200, "{}").with(exchange);
                });
                OtlpCopies copies = to(collector.url(), small)) {
            give(copies, 1, 1);
            await().until(() -> collector.requests().size() == 1);
            give(copies, 2, 1000);

            assertThat(copies.dropped()).isBetween(1L, 998L);
            assertThat(copies.problem()).isEqualTo("the collector takes records slower than they come");
            over.countDown();
            await().until(() -> collector.lines().size() == 1000 - copies.dropped());
            assertThat(collector.lines())
                    .as("the oldest")
                    .isEqualTo(lines(1, collector.lines().size()));
        }
    }

    @Test
    void what_waits_at_the_end_is_sent_and_what_cannot_be_is_counted() throws Exception {
        try (ReceivingCollector collector = ReceivingCollector.plain()) {
            OtlpCopies copies = to(collector.url(), QUICK);
            give(copies, 1, 2000);
            copies.close();
            assertThat(collector.lines()).isEqualTo(lines(1, 2000));

            collector.then(later(503, "60"), later(503, "60"));
            OtlpCopies late = to(collector.url(), QUICK);
            give(late, 1, 3);
            await().until(() -> !late.problem().isEmpty());
            late.close();
            assertThat(late.dropped()).isEqualTo(3);
            late.accept((LINE.formatted(4) + "\n").getBytes(UTF_8));
            assertThat(late.dropped()).isEqualTo(4);
        }
    }

    private static void hold(CountDownLatch over) {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
