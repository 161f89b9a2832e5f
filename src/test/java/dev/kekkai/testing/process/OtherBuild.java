package dev.kekkai.testing.process;

import dev.kekkai.app.VersionedServer;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** How the server of a build with another version of the protocol is started, for the configuration of one that is installed. */
final class OtherBuild {
    private OtherBuild() {}

    static List<String> command(Path config, long protocol) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                classPath(),
                VersionedServer.class.getName(),
                config.toString(),
                Long.toString(protocol));
    }

    /** Of these tests, wherever the process runs. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> new File(entry).getAbsolutePath())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
