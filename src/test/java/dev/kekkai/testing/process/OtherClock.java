package dev.kekkai.testing.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Has a process see another wall clock than the machine's, and the same monotonic one, by a library that is loaded before the C library.
 *
 * <p>Not libfaketime: it stands in the way of every timed wait, and a JVM's start takes it three times as long.
 */
public final class OtherClock {
    private static final Path SOURCE =
            Path.of(System.getProperty("kekkai.home", ""), "src", "test", "native", "other-clock", "other_clock.c");

    private OtherClock() {}

    /**
     * Variables for a process whose clock is off by that much.
     *
     * @param folder for the library
     */
    public static Map<String, String> off(Duration by, Path folder) throws IOException, InterruptedException {
        Path library = folder.resolve("other_clock.so");
        if (!Files.exists(library)) {
            compile(library);
        }
        return Map.of("LD_PRELOAD", library.toString(), "TEST_CLOCK_OFF", Long.toString(by.toSeconds()));
    }

    private static void compile(Path library) throws IOException, InterruptedException {
        Finished.of(
                        library.getParent(),
                        Map.of(),
                        List.of(
                                "cc",
                                "-shared",
                                "-fPIC",
                                "-O1",
                                "-o",
                                library.toString(),
                                SOURCE.toAbsolutePath().toString(),
                                "-ldl"))
                .succeeded();
    }
}
