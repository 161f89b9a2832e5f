package dev.kekkai.uds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.testing.uds.ServingProcess;
import dev.kekkai.testing.uds.Sockets;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketServerTest {
    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void choose_a_path() {
        path = folder.resolve("kms.sock");
    }

    @Test
    void the_socket_is_for_its_owner_alone_unless_said_otherwise() throws Exception {
        try (UnixSocketServer server = start()) {
            assertThat(modeOf(server.path())).isEqualTo("rw-------");
            assertThat(Sockets.accepts(path)).isTrue();
        }
    }

    @Test
    void mode_and_group_are_set_as_asked() throws Exception {
        String group = anotherGroup();
        SocketPlace place = new SocketPlace(path, PosixFilePermissions.fromString("rw-rw----"), group);

        try (UnixSocketServer server = UnixSocketServer.start(place, Serving.of())) {
            assertThat(modeOf(server.path())).isEqualTo("rw-rw----");
            assertThat(Files.readAttributes(path, PosixFileAttributes.class)
                            .group()
                            .getName())
                    .isEqualTo(group);
        }
    }

    @Test
    void an_unknown_group_is_refused_and_nothing_but_the_lock_file_stays() throws Exception {
        SocketPlace place = new SocketPlace(path, PosixFilePermissions.fromString("rw-rw----"), "no-such-group");

        assertThatThrownBy(() -> UnixSocketServer.start(place, Serving.of()))
                .isInstanceOf(SocketUnusableException.class)
                .hasMessageContaining("no group no-such-group");

        assertThat(files()).containsExactly("kms.sock.lock");
    }

    @Test
    void a_missing_folder_is_made_closed_to_others() throws Exception {
        path = folder.resolve("run").resolve("kms.sock");

        try (UnixSocketServer server = start()) {
            assertThat(modeOf(server.path().getParent())).isEqualTo("rwxr-x---");
        }
    }

    @Test
    void a_folder_that_others_can_write_to_is_refused() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));

        assertUnusable("others can write to " + folder);
    }

    @Test
    void a_file_in_the_way_is_refused_and_left_alone() throws Exception {
        Files.writeString(path, "precious");

        assertUnusable("something else than a socket");
        assertThat(path).hasContent("precious");
    }

    @Test
    void a_link_in_the_way_is_refused_also_if_it_leads_to_a_dead_socket() throws Exception {
        Path dead = folder.resolve("dead.sock");
        Sockets.listen(dead).close();
        Files.createSymbolicLink(path, dead);

        assertUnusable("something else than a socket");
        assertThat(path).isSymbolicLink();
    }

    @Test
    void a_live_socket_of_somebody_who_takes_no_lock_is_not_stolen() throws Exception {
        try (ServerSocketChannel _ = Sockets.listen(path)) {
            assertUnusable("another process answers on it");
            assertThat(Sockets.accepts(path)).isTrue();
        }
    }

    @Test
    void a_dead_socket_is_replaced() throws Exception {
        Sockets.listen(path).close();
        assertThat(Sockets.accepts(path)).isFalse();

        try (UnixSocketServer server = start()) {
            assertThat(Sockets.accepts(server.path())).isTrue();
        }
    }

    @Test
    void another_process_that_serves_keeps_its_socket_and_once_killed_is_succeeded_at_once() throws Exception {
        Process other = ServingProcess.start(path);
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(path));
            assertUnusable("another process serves it");
            assertThat(Sockets.accepts(path)).isTrue();
        } finally {
            other.destroyForcibly().waitFor();
        }

        assertThat(Files.exists(path)).as("a killed process leaves its socket").isTrue();
        try (UnixSocketServer server = start()) {
            assertThat(Sockets.accepts(server.path())).isTrue();
        }
    }

    @Test
    void closing_removes_the_socket_and_leaves_only_the_lock_file() throws Exception {
        start().close();

        assertThat(files()).containsExactly("kms.sock.lock");
    }

    @Test
    void closing_leaves_a_socket_that_somebody_else_put_in_its_place() throws Exception {
        UnixSocketServer server = start();
        Files.delete(path);
        try (ServerSocketChannel _ = Sockets.listen(path)) {
            server.close();

            assertThat(Sockets.accepts(path)).isTrue();
        }
    }

    @Test
    void closing_twice_does_not_touch_the_next_one() throws Exception {
        UnixSocketServer first = start();
        first.close();
        try (UnixSocketServer second = start()) {
            first.close();

            assertThat(Sockets.accepts(second.path())).isTrue();
        }
    }

    @Test
    void what_a_crashed_start_left_in_staging_is_cleared_away() throws Exception {
        Path staging = Files.createDirectory(folder.resolve(".kms.sock"));
        Sockets.listen(staging.resolve("s")).close();

        try (UnixSocketServer _ = start()) {
            assertThat(files()).containsExactlyInAnyOrder("kms.sock", "kms.sock.lock");
        }
    }

    private UnixSocketServer start() throws SocketUnusableException {
        return UnixSocketServer.start(SocketPlace.ownerOnly(path), Serving.of());
    }

    private void assertUnusable(String message) {
        assertThatThrownBy(this::start)
                .isInstanceOf(SocketUnusableException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(message);
    }

    private Stream<String> files() throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(file -> file.getFileName().toString()).toList().stream();
        }
    }

    private static String modeOf(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    /** A group that files do not get by themselves; only root can give to any. */
    private String anotherGroup() throws IOException {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        String own =
                Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
        try (Stream<String> groups = Files.lines(Path.of("/etc/group"))) {
            return groups.map(line -> line.substring(0, line.indexOf(':')))
                    .filter(name -> !name.equals(own))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
