package dev.kekkai.testing.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs Jazzer on one target, a class with {@code public static void fuzzerTestOneInput(byte[])}, in a process of its own: it instruments what it
 * runs, and takes one target for each process.
 */
public final class Jazzer {
    /** Seconds for each target: {@code -Dkekkai.fuzz.seconds}, or a few. {@code bin/test --long} sets it. */
    private static final int SECONDS = Integer.getInteger("kekkai.fuzz.seconds", 5);

    private Jazzer() {}

    /**
     * What it said, and whether it found nothing.
     *
     * @param said the last lines tell how many inputs were tried, or hold the input and the stack trace
     */
    public record Outcome(int exit, String said) {}

    /** Fuzzes, beginning with the files of a corpus, which grows there. */
    public static Outcome run(Class<?> target, Path corpus) throws IOException, InterruptedException {
        Path log = Files.createTempFile("jazzer-", ".log");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+EnableDynamicAgentLoading",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + target.getName(),
                        "--instrumentation_includes=dev.kekkai.tpm.**:dev.kekkai.attestation.**",
                        "--reproducer_path=" + corpus,
                        "-artifact_prefix=" + corpus + "/",
                        "-max_total_time=" + SECONDS,
                        "-max_len=4096",
                        "-rss_limit_mb=0",
                        corpus.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            return new Outcome(process.waitFor(), Files.readString(log));
        } finally {
            process.destroyForcibly();
            Files.delete(log);
        }
    }
}
