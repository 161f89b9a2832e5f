package dev.kekkai.testing.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/** Has a process see another wall clock than the machine's, by libfaketime. Its monotonic clock, and the times of files, stay. */
public final class OtherClock {
    private static final Path LIBRARIES = Path.of("/usr/lib");
    private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

    private OtherClock() {}

    /** Variables for a process whose clock is off by that much. */
    public static Map<String, String> off(Duration by) throws IOException {
        return Map.of(
                "LD_PRELOAD", library().toString(),
                "FAKETIME", (by.isNegative() ? "-" : "+") + by.abs().toSeconds() + "s",
                "DONT_FAKE_MONOTONIC", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "NO_FAKE_STAT", "1");
    }

    private static Path library() throws IOException {
        try (Stream<Path> architectures = Files.list(LIBRARIES)) {
            return architectures
                    .map(architecture -> architecture.resolve(LIBRARY))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new IOException("libfaketime is not installed: bin/test installs it"));
        }
    }
}
