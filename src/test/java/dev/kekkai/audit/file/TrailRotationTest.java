package dev.kekkai.audit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.verify.Evidence;
import dev.kekkai.audit.verify.Finding;
import dev.kekkai.audit.verify.Report;
import dev.kekkai.id.TenantId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One chain over many files, restarts and failures. */
class TrailRotationTest {
    private static final UUID REPLICA = new UUID(1, 2);
    private static final int SMALL = 2000;

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private Path file;

    @BeforeEach
    void name_the_file() {
        file = folder.resolve("audit.jsonl");
    }

    private FileAuditTrail open(long size, Duration age, int keep) throws IOException {
        return FileAuditTrail.open(file, REPLICA, now::get, new TrailOptions(Fsync.NEVER, size, age, keep));
    }

    private void write(FileAuditTrail trail, int count) throws AuditException {
        for (int i = 0; i < count; i++) {
            trail.record(new AuditEvent("wrap", TenantId.DEFAULT, "c", "v2", "u" + i, "", Outcome.DONE, ""));
        }
    }

    private Report verify(List<Path> files) throws IOException {
        List<List<String>> all = new ArrayList<>();
        for (Path each : files) {
            all.add(Files.readAllLines(each));
        }
        return WrittenTrail.verify(
                new Evidence(Optional.of(REPLICA), Optional.empty(), List.of(), Optional.empty(), List.of()), 0, all);
    }

    @Test
    void the_chain_goes_on_over_files_and_restarts() throws Exception {
        for (int restart = 0; restart < 3; restart++) {
            try (FileAuditTrail trail = open(SMALL, Duration.ZERO, 0)) {
                write(trail, 20);
            }
        }

        List<Path> files = TrailFolder.all(file);
        assertThat(files).hasSizeGreaterThan(5);
        assertThat(files.getFirst()).hasFileName("audit-0000000000000001.jsonl");
        Report report = verify(files);
        assertThat(report.findings()).isEmpty();
        assertThat(report.records()).isEqualTo(60);
        assertThat(verify(files.subList(1, files.size())).findings())
                .extracting(Finding::kind)
                .containsExactly(Finding.Kind.REMOVED);
    }

    @Test
    void a_file_that_is_old_enough_is_full() throws Exception {
        try (FileAuditTrail trail = open(Long.MAX_VALUE, Duration.ofDays(1), 0)) {
            write(trail, 2);
            now.updateAndGet(before -> before.plus(Duration.ofHours(25)));
            write(trail, 2);
        }

        assertThat(TrailFolder.all(file)).hasSize(2);
        assertThat(verify(TrailFolder.all(file)).findings()).isEmpty();
    }

    @Test
    void nothing_is_removed_unless_it_was_asked_for_and_then_the_trail_says_so() throws Exception {
        try (FileAuditTrail trail = open(SMALL, Duration.ZERO, 2)) {
            write(trail, 40);
        }

        assertThat(TrailFolder.full(file)).hasSize(2);
        Report report = verify(TrailFolder.all(file));
        assertThat(report.findings()).isEmpty();
        assertThat(report.first()).isGreaterThan(1);
    }

    @Test
    void a_crash_between_two_files_loses_no_number() throws Exception {
        try (FileAuditTrail trail = open(Long.MAX_VALUE, Duration.ZERO, 0)) {
            write(trail, 3);
        }
        Files.move(file, TrailFolder.fullName(file, 1));

        try (FileAuditTrail trail = open(Long.MAX_VALUE, Duration.ZERO, 0)) {
            write(trail, 1);
        }

        assertThat(verify(TrailFolder.all(file)).findings()).isEmpty();
        assertThat(verify(TrailFolder.all(file)).records()).isEqualTo(4);
    }

    @Test
    void a_full_file_whose_place_is_taken_goes_on_growing_and_nobody_is_refused() throws Exception {
        Files.createDirectory(TrailFolder.fullName(file, 1));

        try (FileAuditTrail trail = open(SMALL, Duration.ZERO, 0)) {
            write(trail, 20);
        }

        assertThat(Files.readAllLines(file)).hasSize(20);
    }

    @Test
    void a_new_file_that_cannot_be_made_leaves_the_old_one_where_it_is_and_is_made_when_it_can() throws Exception {
        Path obstacle = Files.createFile(
                Files.createDirectory(folder.resolve("audit.jsonl.new")).resolve("in the way"));
        try (FileAuditTrail trail = open(SMALL, Duration.ZERO, 0)) {
            write(trail, 20);
            assertThat(Files.readAllLines(file)).hasSize(20);
            assertThat(TrailFolder.full(file)).isEmpty();

            Files.delete(obstacle);
            now.updateAndGet(before -> before.plus(Duration.ofMinutes(2)));
            write(trail, 2);
        }

        assertThat(TrailFolder.full(file)).hasSize(1);
        assertThat(Files.readAllLines(file)).hasSize(2);
        assertThat(folder.resolve("audit.jsonl.new")).doesNotExist();
        Report report = verify(TrailFolder.all(file));
        assertThat(report.findings()).isEmpty();
        assertThat(report.records()).isEqualTo(22);
    }

    @Test
    void a_trail_of_schema_1_is_put_aside_and_a_chain_begins() throws Exception {
        Files.writeString(file, "{\"v\":1,\"seq\":1}\n{\"v\":1,\"seq\":2}\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        try (FileAuditTrail trail = open(Long.MAX_VALUE, Duration.ZERO, 0)) {
            write(trail, 1);
        }

        assertThat(TrailFolder.full(file))
                .singleElement()
                .satisfies(old -> assertThat(old).content().startsWith("{\"v\":1"));
        assertThat(Files.readAllLines(file).getFirst()).contains("\"seq\":3,", "audit.begin");
        Report report = verify(TrailFolder.all(file));
        assertThat(report.findings()).isEmpty();
        assertThat(report.notes()).contains("2 records of schema 1, from before the trail was chained, prove nothing");
    }

    @Test
    void a_torn_end_is_chained_over_and_explained() throws Exception {
        try (FileAuditTrail trail = open(Long.MAX_VALUE, Duration.ZERO, 0)) {
            write(trail, 2);
        }
        Files.writeString(file, Files.readString(file) + "{\"v\":2,\"ti");

        try (FileAuditTrail trail = open(Long.MAX_VALUE, Duration.ZERO, 0)) {
            write(trail, 1);
        }

        Report report = verify(List.of(file));
        assertThat(report.findings()).isEmpty();
        assertThat(report.notes())
                .singleElement()
                .asString()
                .contains("10 bytes of a record that was not wholly written");
    }

    /** Of three records in one write the disk takes one and a half. */
    @Test
    void what_a_full_disk_took_of_a_group_stands_and_the_chain_goes_on_after_it() throws Exception {
        HalfDisk disk = new HalfDisk();
        try (FileAuditTrail trail = new FileAuditTrail(
                "a.jsonl",
                REPLICA,
                new Page(new AuditLine(REPLICA), now::get, disk, TrailEnd.EMPTY),
                Rotation.never(now::get),
                Fsync.NEVER)) {
            write(trail, 1);
            disk.room = 700;
            assertThatThrownBy(() -> write(trail, 2)).isInstanceOf(AuditException.class);
            assertThatThrownBy(() -> write(trail, 2)).isInstanceOf(AuditException.class);
            disk.room = Integer.MAX_VALUE;
            write(trail, 2);
        }

        assertThat(disk.refused).isGreaterThan(1);
        Report report = WrittenTrail.verify(
                new Evidence(Optional.of(REPLICA), Optional.empty(), List.of(), Optional.empty(), List.of()),
                0,
                List.of(disk.text.toString().lines().toList()));
        assertThat(report.findings()).isEmpty();
        assertThat(report.notes()).isNotEmpty();
    }

    /** A disk of ASCII that becomes full. */
    private static final class HalfDisk implements Disk {
        private final StringBuilder text = new StringBuilder();
        private int room = Integer.MAX_VALUE;
        private int refused;

        @Override
        public void write(byte[] bytes) throws IOException {
            int takes = Math.min(bytes.length, room);
            text.append(new String(bytes, 0, takes, StandardCharsets.US_ASCII));
            room -= takes;
            if (takes < bytes.length) {
                refused++;
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
