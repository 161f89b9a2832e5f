package dev.kekkai.batching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.testing.softhsm.SoftHsm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in the heap of a process that has wrapped much. Dumped without a collection before, so that garbage is in it too. */
class HeapDumpTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC"})
    void after_10_000_wraps_no_batch_key_and_no_dek_is_in_the_heap_but_the_one_that_was_planted(String collector)
            throws Exception {
        String label = "t-" + UUID.randomUUID().toString().substring(0, 18);
        SoftHsm.create(label);
        try {
            SoftHsm.pinFile(folder.resolve("pin"), SoftHsm.PIN);
            storm(collector, label);
        } finally {
            SoftHsm.delete(label);
        }

        Path dump = folder.resolve("heap.hprof");
        List<byte[]> keys = Disguised.read(folder.resolve("keys"));
        assertThat(keys).hasSizeGreaterThan(StormThenDump.WRAPS + 40);
        assertThat(new KeySearch(Disguised.read(folder.resolve("planted"))).find(dump))
                .as("the search finds what is there, all four parts of it")
                .hasSizeGreaterThanOrEqualTo(4);
        assertThat(new KeySearch(keys).find(dump)).isEmpty();
    }

    private void storm(String collector, String label) throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        collector,
                        "-Xmx96m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StormThenDump.class.getName(),
                        label,
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(Files.size(folder.resolve("heap.hprof"))).isPositive();
    }
}
