package dev.kekkai.audit.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies to sockets of this host, which other processes have made. */
class LocalSyslogTest {
    private static final String RECORD =
            "{\"v\":2,\"time\":\"2026-01-02T03:04:05.000678Z\",\"seq\":%d,\"reason\":\"é\"}";

    @TempDir
    Path folder;

    private Path socket;
    private Path received;
    private @Nullable Process daemon;

    @BeforeEach
    void name_files() {
        socket = folder.resolve("log");
        received = folder.resolve("received");
    }

    @AfterEach
    void stop() throws Exception {
        if (daemon != null) {
            daemon.destroyForcibly().waitFor();
        }
        Files.deleteIfExists(socket);
    }

    private void start(String... command) throws Exception {
        stop();
        daemon = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("said").toFile()))
                .start();
        await().until(() -> Files.exists(socket));
    }

    /** Messages back to back, as they come. */
    private void listen(String kind) throws Exception {
        start("socat", "-u", kind + ":" + socket, "OPEN:" + received + ",creat,append");
    }

    private SyslogCopies copies() {
        return SyslogCopies.to(URI.create("unix:" + socket));
    }

    private static void give(SyslogCopies copies, int seq) {
        copies.accept((RECORD.formatted(seq) + "\n").getBytes(UTF_8));
    }

    private static String message(int seq) {
        String time = DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH)
                .format(Instant.parse("2026-01-02T03:04:05Z").atZone(ZoneId.systemDefault()));
        return "<110>" + time + " kekkai[" + ProcessHandle.current().pid() + "]: " + RECORD.formatted(seq);
    }

    private String received() throws Exception {
        return Files.exists(received) ? Files.readString(received) : "";
    }

    @Test
    void a_record_is_a_datagram_as_syslog_writes_it() throws Exception {
        listen("UNIX-RECV");
        try (SyslogCopies copies = copies()) {
            give(copies, 1);
            await().until(() -> received().equals(message(1)));
            give(copies, 2);

            await().until(() -> received().equals(message(1) + message(2)));
            assertThat(copies.dropped()).isZero();
        }
    }

    @Test
    void where_the_daemons_socket_is_a_stream_a_zero_byte_ends_a_message() throws Exception {
        listen("UNIX-LISTEN");
        try (SyslogCopies copies = copies()) {
            give(copies, 1);
            give(copies, 2);

            await().until(() -> received().equals(message(1) + "\0" + message(2) + "\0"));
            assertThat(copies.dropped()).isZero();
        }
    }

    @Test
    void a_daemon_that_started_anew_gets_the_next_record_and_none_is_lost() throws Exception {
        listen("UNIX-RECV");
        try (SyslogCopies copies = copies()) {
            give(copies, 1);
            await().until(() -> received().equals(message(1)));

            listen("UNIX-RECV");
            give(copies, 2);

            await().until(() -> received().equals(message(1) + message(2)));
            assertThat(copies.dropped()).isZero();
        }
    }

    @Test
    void a_daemon_that_is_away_is_said_and_counted() throws Exception {
        try (SyslogCopies copies = copies()) {
            give(copies, 1);
            await().until(() -> copies.dropped() == 1);
            assertThat(copies.problem()).isEqualTo(socket + ": there is no such socket");

            listen("UNIX-RECV");
            give(copies, 2);
            await().until(() -> received().equals(message(2)));
            await().until(() -> copies.problem().isEmpty());
        }
    }

    /** Stopped, so that the kernel's short queue fills; the thread that sends gives up each time within a second. */
    @Test
    void a_daemon_that_takes_nothing_off_its_socket_stops_nobody() throws Exception {
        listen("UNIX-RECV");
        signal("STOP");
        try (SyslogCopies copies = copies()) {
            for (int seq = 1; seq <= 5000; seq++) {
                give(copies, seq);
            }
            await().until(() -> copies.problem().contains("nobody takes messages off it"));
            assertThat(copies.dropped()).isPositive();

            signal("CONT");
            give(copies, 5001);
            await().until(() -> received().contains("seq"));
        }
    }

    private void signal(String name) throws Exception {
        assertThat(daemon).isNotNull();
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(daemon.pid())).start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void rsyslog_reads_it_as_an_audit_message_of_kekkai() throws Exception {
        Path conf = Files.writeString(folder.resolve("rsyslog.conf"), """
                module(load="imuxsock" SysSock.Use="off")
                input(type="imuxsock" Socket="%s" CreatePath="on")
                template(name="parts" type="string" string="%%syslogfacility%%|%%syslogseverity%%|%%programname%%|%%procid%%|%%msg%%\\n")
                action(type="omfile" file="%s" template="parts")
                """.formatted(socket, received));
        start(
                "/usr/sbin/rsyslogd",
                "-n",
                "-f",
                conf.toString(),
                "-i",
                folder.resolve("pid").toString());
        try (SyslogCopies copies = copies()) {
            give(copies, 7);

            await().until(() -> received().contains("\"seq\":7"));
            assertThat(List.of(received().strip().split("\\|", 5)))
                    .containsExactly(
                            "13",
                            "6",
                            "kekkai",
                            Long.toString(ProcessHandle.current().pid()),
                            " " + RECORD.formatted(7));
        }
    }
}
