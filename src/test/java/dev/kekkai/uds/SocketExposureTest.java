package dev.kekkai.uds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.testing.uds.Sockets;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketExposureTest {
    private static final int STARTS = 40;
    private static final int RIVALS = 8;

    @TempDir
    Path folder;

    private SocketPlace place;

    @BeforeEach
    void choose_a_place() {
        place = SocketPlace.ownerOnly(folder.resolve("kms.sock"));
    }

    @Test
    void until_it_is_published_a_bound_socket_lies_in_a_folder_closed_to_others() throws Exception {
        try (StagedSocket socket = StagedSocket.prepare(place);
                ServerSocketChannel _ = Sockets.listen(place.stagedPath())) {
            assertThat(modeOf(place.stagingFolder())).isEqualTo("rwx------");
            assertThat(place.path()).doesNotExist();

            socket.publish();

            assertThat(modeOf(place.path())).isEqualTo("rw-------");
            assertThat(Sockets.accepts(place.path())).isTrue();
            assertThat(place.stagingFolder()).doesNotExist();
        }
    }

    @Test
    void during_many_starts_no_moment_shows_a_wider_mode_or_a_socket_that_does_not_accept() throws Exception {
        Queue<String> violations = new ConcurrentLinkedQueue<>();
        AtomicInteger seenReady = new AtomicInteger();
        for (int i = 0; i < STARTS; i++) {
            AtomicBoolean watching = new AtomicBoolean(true);
            Thread watcher = Thread.ofPlatform().daemon().start(() -> {
                boolean ready = false;
                while (watching.get() || !ready) { // at least until it saw the socket
                    ready = look(violations);
                }
                seenReady.incrementAndGet();
            });
            try (UnixSocketServer _ = UnixSocketServer.start(place, Serving.of())) {
                watching.set(false);
                watcher.join();
            }
        }

        assertThat(violations).isEmpty();
        assertThat(seenReady).hasValue(STARTS);
    }

    @Test
    void of_many_that_start_at_once_exactly_one_wins() throws Exception {
        CyclicBarrier together = new CyclicBarrier(RIVALS);
        List<Callable<Boolean>> rivals = new ArrayList<>();
        Queue<UnixSocketServer> winners = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < RIVALS; i++) {
            rivals.add(() -> {
                together.await();
                try {
                    return winners.add(UnixSocketServer.start(place, Serving.of()));
                } catch (SocketUnusableException e) {
                    return false;
                }
            });
        }

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> rival : threads.invokeAll(rivals)) {
                rival.get();
            }
        }

        assertThat(winners).hasSize(1);
        assertThat(Sockets.accepts(place.path())).isTrue();
        winners.forEach(UnixSocketServer::close);
    }

    @Test
    void a_restart_on_the_same_path_works_at_once() throws Exception {
        for (int i = 0; i < STARTS; i++) {
            try (UnixSocketServer server = UnixSocketServer.start(place, Serving.of())) {
                assertThat(Sockets.accepts(server.path())).isTrue();
            }
        }
    }

    /** One look at what another user could see; whether the socket was there. */
    private boolean look(Queue<String> violations) {
        try {
            String staging = modeOf(place.stagingFolder());
            if (!staging.equals("rwx------")) {
                violations.add("staging folder " + staging);
            }
        } catch (NoSuchFileException e) {
            // not staging at this moment
        } catch (IOException e) {
            violations.add(e.toString());
        }
        try {
            String mode = modeOf(place.path());
            if (!mode.equals("rw-------")) {
                violations.add("socket " + mode);
            }
            if (!Sockets.accepts(place.path())) {
                violations.add("socket in place that does not accept");
            }
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            violations.add(e.toString());
            return true;
        }
    }

    private static String modeOf(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
