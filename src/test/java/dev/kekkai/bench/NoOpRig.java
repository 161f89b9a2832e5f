package dev.kekkai.bench;

import static org.awaitility.Awaitility.await;

import dev.kekkai.app.MeasuredServer;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.uds.Sockets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A server from the class path of the tests: {@link NoOpServer} or {@link MeasuredServer}, with the JVM options that {@code bin/kekkai} gives. */
final class NoOpRig implements Rig {
    private static final Duration START = Duration.ofSeconds(30);

    private final Process process;
    private final Path socket;
    private final Path gcLog;

    private NoOpRig(Process process, Path socket, Path gcLog) {
        this.process = process;
        this.socket = socket;
        this.gcLog = gcLog;
    }

    static NoOpRig start(Path folder, String javaOptions) throws IOException {
        Path socket = folder.resolve("kms.sock");
        return start(folder, javaOptions, Map.of(), socket, NoOpServer.class, socket.toString());
    }

    /** Kekkai itself, which records wraps and unwraps or does not. */
    static NoOpRig measured(ServerSpec spec, Path folder, String javaOptions) throws IOException, InterruptedException {
        Installation kekkai = Installation.withKey(folder);
        return start(
                folder,
                javaOptions,
                kekkai.token().environment(),
                kekkai.socket(),
                MeasuredServer.class,
                kekkai.config().toString(),
                spec.mode());
    }

    private static NoOpRig start(
            Path folder,
            String javaOptions,
            Map<String, String> environment,
            Path socket,
            Class<?> server,
            String... arguments)
            throws IOException {
        Path gcLog = folder.resolve("gc.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:+DisableAttachMechanism",
                HEAP,
                "-Xlog:gc:file=" + gcLog));
        Arrays.stream(javaOptions.split(" "))
                .filter(option -> !option.isBlank())
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), server.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        NoOpRig rig = new NoOpRig(process, socket, gcLog);
        boolean ready = false;
        try {
            await().atMost(START)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !process.isAlive() || (Files.exists(socket) && Sockets.accepts(socket)));
            if (!process.isAlive()) {
                throw new IOException("the server ended: " + Files.readString(folder.resolve("err")));
            }
            ready = true;
            return rig;
        } finally {
            if (!ready) {
                rig.close();
            }
        }
    }

    @Override
    public Path socket() {
        return socket;
    }

    @Override
    public ProcessGauges process() {
        return new ProcessGauges(process.pid());
    }

    @Override
    public long hsmOperations() {
        return 0;
    }

    @Override
    public void slow(Duration latency) {
        // It has no HSM.
    }

    @Override
    public GcLog heap() throws IOException {
        return GcLog.read(gcLog);
    }

    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
