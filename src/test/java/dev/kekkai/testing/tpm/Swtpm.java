package dev.kekkai.testing.tpm;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One swtpm with a state folder of its own, listening for raw commands on a unix socket or a loopback port. It serves one connection at a
 * time, has three transient slots and no resource manager, and its PCRs start at zero.
 *
 * <p>Closing it kills that process and removes its state.
 */
public final class Swtpm implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path state;
    private final boolean tcp;
    private final boolean startedUp;
    private SocketAddress address;
    private Process process;

    private Swtpm(Path state, boolean tcp, boolean startedUp) throws IOException {
        this.state = state;
        this.tcp = tcp;
        this.startedUp = startedUp;
        launch();
    }

    /** A blank TPM, started up, on a unix socket. */
    public static Swtpm start() throws IOException {
        return new Swtpm(Files.createTempDirectory("swtpm-"), false, true);
    }

    /** A blank TPM, started up, on a loopback port. */
    public static Swtpm startOnTcp() throws IOException {
        return new Swtpm(Files.createTempDirectory("swtpm-"), true, true);
    }

    /** A blank TPM as before its firmware ran: it waits for TPM2_Startup. */
    public static Swtpm startedByNobody() throws IOException {
        return new Swtpm(Files.createTempDirectory("swtpm-"), false, false);
    }

    /** A TPM from a factory: with the certificates of an RSA-2048 (L-1) and a P-384 (H-3) EK in NV, issued by that CA. */
    public static Swtpm manufactured(SwtpmFactory factory) throws IOException {
        Path state = Files.createTempDirectory("swtpm-");
        factory.manufacture(state);
        return new Swtpm(state, false, true);
    }

    /** A second TPM that begins with the state of this one, as when a virtual machine is cloned. */
    public Swtpm cloned() throws IOException {
        Path copy = Files.createTempDirectory("swtpm-");
        try (Stream<Path> files = Files.list(state)) {
            for (Path file : files.filter(file -> file.getFileName().toString().endsWith(".permall"))
                    .toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return new Swtpm(copy, false, true);
    }

    /** Where it listens. */
    public SocketAddress address() {
        return address;
    }

    /** Loses its power and gets it back, without a TPM2_Shutdown. */
    public void losePower() throws IOException {
        kill();
        launch();
    }

    @Override
    public void close() throws IOException {
        kill();
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void launch() throws IOException {
        Path socket = state.resolve("sock");
        Files.deleteIfExists(socket);
        address = tcp
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort())
                : UnixDomainSocketAddress.of(socket);
        List<String> command = new ArrayList<>(List.of("swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + state));
        command.addAll(List.of("--flags", startedUp ? "not-need-init,startup-clear" : "not-need-init", "--server"));
        command.add(
                address instanceof InetSocketAddress inet
                        ? "type=tcp,bindaddr=127.0.0.1,port=" + inet.getPort()
                        : "type=unixio,path=" + socket);
        Path log = state.resolve("log");
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        await().atMost(PATIENCE)
                .failFast("swtpm ended, see " + log, () -> !process.isAlive())
                .until(this::listens);
    }

    private boolean listens() {
        try (SocketChannel channel = SocketChannel.open(address)) {
            return channel.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void kill() {
        process.destroyForcibly().onExit().join();
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
