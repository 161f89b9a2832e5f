package dev.kekkai.testing.uds;

import dev.kekkai.uds.Serving;
import dev.kekkai.uds.SocketPlace;
import dev.kekkai.uds.UnixSocketServer;
import java.io.IOException;
import java.nio.file.Path;

/** Another process that serves a socket of ours, to be killed at will. */
public final class ServingProcess {
    private ServingProcess() {}

    /** Starts it; whether it is ready shows when the socket appears. It ends with its standard input. */
    public static Process start(Path socket) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServingProcess.class.getName(),
                        socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static void main(String[] arguments) throws Exception {
        try (UnixSocketServer _ = UnixSocketServer.start(SocketPlace.ownerOnly(Path.of(arguments[0])), Serving.of())) {
            while (System.in.read() >= 0) {
                // until the parent closes it or dies
            }
        }
    }
}
