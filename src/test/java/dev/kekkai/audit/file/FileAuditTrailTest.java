package dev.kekkai.audit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.verify.LineHash;
import dev.kekkai.audit.verify.TrailLine;
import dev.kekkai.id.TenantId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileAuditTrailTest {
    private static final UUID REPLICA = new UUID(1, 2);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.000678Z"));

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name_the_file() {
        file = folder.resolve("audit.jsonl");
    }

    @Test
    void a_record_is_one_line_of_json() throws Exception {
        try (FileAuditTrail trail = FileAuditTrail.open(file, REPLICA, CLOCK, TrailOptions.DEFAULT)) {
            trail.record(new AuditEvent(
                    "wrap",
                    TenantId.DEFAULT,
                    "uid 0",
                    "v2",
                    "u-1",
                    "00ff",
                    Outcome.REFUSED,
                    "the version is DISABLED"));

            assertThat(Files.readString(file))
                    .startsWith("{\"v\":2,\"time\":\"2026-01-02T03:04:05.000678Z\",\"seq\":1,"
                            + "\"replica\":\"" + REPLICA + "\",\"action\":\"wrap\","
                            + "\"tenant\":\"6b656b6b-6169-4000-8000-000000000001\",\"caller\":{\"kind\":\"other\",\"name\":\"uid 0\"},\"api\":\"v2\","
                            + "\"uid\":\"u-1\",\"key_version\":\"00ff\",\"outcome\":\"refused\","
                            + "\"reason\":\"the version is DISABLED\",\"op\":\"\",\"prev\":\"" + "0".repeat(64)
                            + "\",\"hash\":\"")
                    .endsWith("\"}\n");
        }
    }

    @Test
    void numbers_go_on_after_a_restart() throws Exception {
        record_once("a");
        record_once("b");

        assertThat(Files.readAllLines(file)).hasSize(2);
        assertThat(seqs()).containsExactly(1L, 2L);
    }

    @Test
    void a_torn_line_is_kept_ended_and_noted() throws Exception {
        record_once("a");
        String whole = Files.readString(file);
        Files.writeString(file, whole + whole.substring(0, 40));

        record_once("b");

        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).isEqualTo(whole.substring(0, 40));
        assertThat(lines.get(2))
                .contains("\"seq\":2,")
                .contains("\"action\":\"audit.torn\"")
                .contains("40 bytes before this record are no whole record");
        assertThat(lines.get(3)).contains("\"seq\":3,").contains("\"reason\":\"b\"");
    }

    @Test
    void a_torn_first_line_is_no_reason_to_stop() throws Exception {
        Files.writeString(file, "{\"v\":1,\"ti");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        record_once("a");

        List<String> lines = Files.readAllLines(file);
        assertThat(lines.get(0)).isEqualTo("{\"v\":1,\"ti");
        assertThat(lines.get(1)).contains("\"seq\":1,").contains("\"action\":\"audit.torn\"");
        assertThat(lines.get(2)).contains("\"seq\":2,");
    }

    @Test
    void a_record_that_lost_only_its_newline_keeps_its_number() throws Exception {
        record_once("a");
        String whole = Files.readString(file);
        Files.writeString(file, whole.stripTrailing());

        record_once("b");

        assertThat(seqs()).containsExactly(1L, 2L, 3L);
        assertThat(Files.readAllLines(file).get(1)).contains("the record before this one had lost its newline");
    }

    @Test
    void a_trail_whose_end_holds_no_record_is_refused() throws Exception {
        record_once("a");
        Files.writeString(file, Files.readString(file) + "x".repeat(300_000));

        assertThatThrownBy(() -> FileAuditTrail.open(file, REPLICA, CLOCK, TrailOptions.DEFAULT))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": its last 256 KiB hold no audit record; keep it, move it aside and start again");
    }

    @Test
    void sixty_four_threads_write_whole_lines_in_order() throws Exception {
        try (FileAuditTrail trail = FileAuditTrail.open(file, REPLICA, CLOCK, TrailOptions.DEFAULT);
                ExecutorService threads = Executors.newFixedThreadPool(64)) {
            List<Future<?>> done = new ArrayList<>();
            for (int thread = 0; thread < 64; thread++) {
                String name = "thread " + thread;
                done.add(threads.submit(() -> {
                    for (int i = 0; i < 50; i++) {
                        trail.record(event(name));
                    }
                    return name;
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        }
        assertThat(seqs())
                .isEqualTo(
                        IntStream.rangeClosed(1, 3200).mapToObj(Long::valueOf).toList());
    }

    @Test
    void an_interrupted_thread_closes_the_trail_for_nobody() throws Exception {
        try (FileAuditTrail trail = FileAuditTrail.open(file, REPLICA, CLOCK, TrailOptions.DEFAULT)) {
            Thread.currentThread().interrupt();
            trail.record(event("interrupted"));
            assertThat(Thread.interrupted()).isTrue();
            trail.record(event("next"));
        }
        assertThat(seqs()).containsExactly(1L, 2L);
    }

    @Test
    void a_full_disk_is_reported() throws Exception {
        try (TrailFile full = TrailFile.append(Path.of("/dev/full"))) {
            FileAuditTrail trail = on(full);

            assertThatThrownBy(() -> trail.record(event("a")))
                    .isInstanceOf(AuditException.class)
                    .hasMessage("the audit trail a.jsonl cannot be written: No space left on device;"
                            + " see to the disk, requests are refused until it can")
                    .hasCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void after_a_short_write_the_next_record_has_a_fresh_line_and_number() throws Exception {
        TornOnce disk = new TornOnce();
        FileAuditTrail trail = on(disk);

        assertThatThrownBy(() -> trail.record(event("a"))).isInstanceOf(AuditException.class);
        trail.record(event("b"));
        trail.record(event("c"));

        assertThat(disk.text.toString().lines())
                .hasSize(4)
                .satisfiesExactly(
                        torn -> assertThat(torn).hasSize(25),
                        note -> assertThat(note)
                                .contains(
                                        "\"seq\":1,", "audit.torn", "25 bytes before this record are no whole record"),
                        next -> assertThat(next).startsWith("{\"v\":2,").contains("\"seq\":2,"),
                        last -> assertThat(last).startsWith("{\"v\":2,").contains("\"seq\":3,"));
        assertThat(disk.writes).isEqualTo(3);
    }

    @Test
    void what_comes_together_is_written_in_one_go_and_only_then_told() throws Exception {
        HeldDisk disk = new HeldDisk();
        try (FileAuditTrail trail = on(disk)) {
            CompletionStage<Void> first = trail.recordWithOthers(event("first"));
            disk.entered.acquire();
            List<CompletableFuture<Void>> others = IntStream.range(0, GroupWriter.MOST)
                    .mapToObj(i -> trail.recordWithOthers(event("other " + i)).toCompletableFuture())
                    .toList();
            assertThat(first.toCompletableFuture()).isNotDone();
            assertThat(others).noneMatch(CompletableFuture::isDone);

            disk.free.release(2);
            CompletableFuture.allOf(others.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
        }

        assertThat(disk.writes).hasSize(2);
        assertThat(disk.writes.getFirst()).contains("\"seq\":1,").contains("\"reason\":\"first\"");
        assertThat(disk.writes.getLast().lines()).hasSize(GroupWriter.MOST);
        assertThat(disk.writes.getLast()).contains("\"seq\":2,").contains("\"seq\":" + (GroupWriter.MOST + 1) + ",");
    }

    @Test
    void a_full_disk_fails_everybody_in_the_group() throws Exception {
        try (TrailFile full = TrailFile.append(Path.of("/dev/full"));
                FileAuditTrail trail = on(full)) {
            List<CompletableFuture<Void>> all = IntStream.range(0, 50)
                    .mapToObj(i -> trail.recordWithOthers(event("e" + i)).toCompletableFuture())
                    .toList();

            assertThat(all).allSatisfy(each -> assertThatThrownBy(() -> each.get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(AuditException.class)
                    .hasMessageContaining("No space left on device"));
        }
    }

    @Test
    void what_waits_when_the_trail_is_closed_is_written_first() throws Exception {
        List<CompletableFuture<Void>> all;
        try (FileAuditTrail trail = FileAuditTrail.open(file, REPLICA, CLOCK, TrailOptions.DEFAULT)) {
            all = IntStream.range(0, 1000)
                    .mapToObj(i -> trail.recordWithOthers(event("e" + i)).toCompletableFuture())
                    .toList();
        }

        assertThat(all).allMatch(each -> each.state() == Future.State.SUCCESS);
        assertThat(seqs())
                .isEqualTo(
                        IntStream.rangeClosed(1, 1000).mapToObj(Long::valueOf).toList());
    }

    @Test
    void after_the_trail_is_closed_nothing_is_recorded_and_that_is_said() throws Exception {
        FileAuditTrail trail = FileAuditTrail.open(file, REPLICA, CLOCK, TrailOptions.DEFAULT);
        trail.close();

        assertThat(trail.recordWithOthers(event("late")).toCompletableFuture())
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(AuditException.class);
    }

    private void record_once(String reason) throws Exception {
        try (FileAuditTrail trail = FileAuditTrail.open(file, REPLICA, CLOCK, TrailOptions.DEFAULT)) {
            trail.record(event(reason));
        }
    }

    private List<Long> seqs() throws IOException {
        LineHash hash = new LineHash();
        return Files.readAllLines(file).stream()
                .map(line -> TrailLine.of(line.getBytes(StandardCharsets.UTF_8), hash)
                        .orElseThrow()
                        .seq())
                .toList();
    }

    private static AuditEvent event(String reason) {
        return new AuditEvent("unwrap", TenantId.DEFAULT, "uid 0", "v2", "u", "", Outcome.DONE, reason);
    }

    private static FileAuditTrail on(Disk disk) throws IOException {
        return new FileAuditTrail(
                "a.jsonl",
                REPLICA,
                new Page(new AuditLine(REPLICA), CLOCK, disk, TrailEnd.EMPTY),
                Rotation.never(CLOCK),
                Fsync.NEVER);
    }

    /** A disk that waits to be told before each write. */
    private static final class HeldDisk implements Disk {
        private final Semaphore entered = new Semaphore(0);
        private final Semaphore free = new Semaphore(0);
        private final List<String> writes = new CopyOnWriteArrayList<>();

        @Override
        public void write(byte[] bytes) {
            entered.release();
            free.acquireUninterruptibly();
            writes.add(new String(bytes, StandardCharsets.UTF_8));
        }

        @Override
        public long size() {
            return writes.stream().mapToLong(String::length).sum();
        }

        @Override
        public void sync() {}

        @Override
        public void close() {}
    }

    /** A disk that takes 25 bytes of the first write and then has room again. */
    private static final class TornOnce implements Disk {
        private final StringBuilder text = new StringBuilder();
        private int writes;

        @Override
        public void write(byte[] bytes) throws IOException {
            boolean first = writes++ == 0;
            text.append(new String(bytes, 0, first ? 25 : bytes.length, StandardCharsets.UTF_8));
            if (first) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public long size() {
            return text.length();
        }

        @Override
        public void sync() {}

        @Override
        public void close() {}
    }
}
