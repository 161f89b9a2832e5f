package dev.kekkai.testing.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that has ended.
 *
 * @param out its standard output
 * @param err its standard error
 */
public record Finished(List<String> command, int exitCode, String out, String err) {
    private static final long PATIENCE_SECONDS = 60;

    /** Runs a command to its end, with these variables added to the environment and none of Kekkai's own inherited. */
    public static Finished of(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "command", ".out");
        Path err = Files.createTempFile(folder, "command", ".err");
        Process process = start(folder, environment, command, out, err);
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("%s ends within %d s", command, PATIENCE_SECONDS)
                    .isTrue();
            return new Finished(command, process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            process.destroyForcibly().waitFor();
            Files.delete(out);
            Files.delete(err);
        }
    }

    static Process start(Path folder, Map<String, String> environment, List<String> command, Path out, Path err)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("KEKKAI_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Itself, if the exit code is 0. */
    public Finished succeeded() {
        return endedWith(0);
    }

    /** Itself, if this is the exit code. */
    public Finished endedWith(int expected) {
        assertThat(exitCode)
                .as("exit code of %s, which said: %s%s", command, out, err)
                .isEqualTo(expected);
        return this;
    }

    /** Standard output as JSON. */
    public JsonNode json() {
        try {
            return new ObjectMapper().readTree(out);
        } catch (JsonProcessingException e) {
            throw new AssertionError(command + " was to print JSON and printed: " + out, e);
        }
    }
}
