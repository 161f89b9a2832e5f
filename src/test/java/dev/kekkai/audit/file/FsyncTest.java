package dev.kekkai.audit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When the disk itself has what was recorded. */
class FsyncTest {
    private static final UUID REPLICA = new UUID(1, 2);

    private final CountingDisk disk = new CountingDisk();

    @Test
    void always_is_before_the_answer() throws Exception {
        try (FileAuditTrail trail = trail(Fsync.ALWAYS)) {
            trail.record(event());
            assertThat(disk.syncs).hasValue(1);
            trail.record(event());
            assertThat(disk.syncs).hasValue(2);
        }
    }

    @Test
    void interval_is_soon_and_only_if_something_is_new() throws Exception {
        try (FileAuditTrail trail = trail(Fsync.INTERVAL)) {
            trail.record(event());
            trail.record(event());
            await().until(() -> disk.syncs.get() == 1);
        }
        assertThat(disk.syncs).hasValue(1);
    }

    @Test
    void never_is_never() throws Exception {
        try (FileAuditTrail trail = trail(Fsync.NEVER)) {
            trail.record(event());
        }
        assertThat(disk.syncs).hasValue(0);
    }

    @Test
    void what_the_disk_does_not_take_is_not_recorded_until_it_does() throws Exception {
        try (FileAuditTrail trail = trail(Fsync.ALWAYS)) {
            disk.broken = true;
            assertThatThrownBy(() -> trail.record(event()))
                    .isInstanceOf(AuditException.class)
                    .hasMessageContaining("Input/output error");
            int written = disk.writes.get();
            assertThatThrownBy(() -> trail.record(event())).isInstanceOf(AuditException.class);
            assertThat(disk.writes).hasValue(written);

            disk.broken = false;
            trail.record(event());
            assertThat(disk.writes).hasValue(written + 1);
        }
    }

    @Test
    void a_failure_in_the_background_stops_what_follows_until_it_is_over() throws Exception {
        try (FileAuditTrail trail = trail(Fsync.INTERVAL)) {
            disk.broken = true;
            trail.record(event());
            await().until(() -> disk.syncs.get() >= 1);
            await().untilAsserted(() ->
                    assertThatThrownBy(() -> trail.record(event())).isInstanceOf(AuditException.class));

            disk.broken = false;
            trail.record(event());
        }
    }

    private FileAuditTrail trail(Fsync fsync) throws IOException {
        InstantSource clock = InstantSource.system();
        return new FileAuditTrail(
                "a.jsonl",
                REPLICA,
                new Page(new AuditLine(REPLICA), clock, disk, TrailEnd.EMPTY),
                Rotation.never(clock),
                fsync);
    }

    private static AuditEvent event() {
        return AuditEvent.ofServer("x", Outcome.DONE, "");
    }

    private static final class CountingDisk implements Disk {
        private final AtomicInteger writes = new AtomicInteger();
        private final AtomicInteger syncs = new AtomicInteger();
        private volatile boolean broken;
        private long size;

        @Override
        public void write(byte[] bytes) {
            writes.incrementAndGet();
            size += bytes.length;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public void sync() throws IOException {
            syncs.incrementAndGet();
            if (broken) {
                throw new IOException("Input/output error");
            }
        }

        @Override
        public void close() {}
    }
}
