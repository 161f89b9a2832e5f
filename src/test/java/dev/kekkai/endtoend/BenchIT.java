package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kekkai.testing.process.Finished;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/bench} does what it says; how fast anything is, is no matter for a test. */
class BenchIT {
    private static final Path BENCH = Path.of(System.getProperty("kekkai.home", ""), "bin", "bench");

    @TempDir
    Path folder;

    @Test
    void a_quick_run_counts_operations_checks_plaintexts_and_writes_it_all_down() throws Exception {
        Path json = folder.resolve("bench.json");

        Finished run =
                bench("unwrap-storm", "--quick", "--json", json.toString()).succeeded();

        assertThat(run.out()).contains("unwrap-storm:").contains("calls/s").contains("HSM/DEK");
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("schema").asInt()).isEqualTo(1);
        assertThat(report.get("command").asText()).startsWith("bin/bench unwrap-storm --quick");
        JsonNode scenario = report.get("scenarios").get(0);
        assertThat(scenario.get("name").asText()).isEqualTo("unwrap-storm");
        assertThat(scenario.get("sound").asBoolean()).isTrue();
        assertThat(scenario.get("goals"))
                .hasSize(2)
                .allSatisfy(goal -> assertThat(goal.get("text").asText()).isNotBlank());
        assertThat(scenario.get("trials")).hasSize(3).allSatisfy(BenchIT::checkTrial);
        JsonNode single = scenario.get("trials").get(0);
        assertThat(single.get("name").asText()).isEqualTo("single");
        assertThat(single.get("hsmOperationsPerDek").asDouble())
                .as("the single layout takes an operation for each DEK")
                .isBetween(0.9, 1.5);
        assertThat(scenario.get("trials").get(1).get("hsmOperationsPerDek").asDouble())
                .as("what was wrapped together is unwrapped together")
                .isLessThan(0.9);
    }

    private static void checkTrial(JsonNode trial) {
        assertThat(trial.get("calls").asLong()).isPositive();
        assertThat(trial.get("plaintextsChecked").asLong())
                .isEqualTo(trial.get("calls").asLong());
        assertThat(trial.get("plaintextsWrong").asLong()).isZero();
        assertThat(trial.get("errors")).isEmpty();
        assertThat(trial.get("answeredMs").get("p50").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(trial.get("answeredMs").get("p99").asDouble());
        assertThat(trial.get("answeredMs").get("p99").asDouble())
                .isLessThanOrEqualTo(trial.get("answeredMs").get("max").asDouble());
        assertThat(trial.get("serverCpuMsPerCall").asDouble()).isPositive();
        assertThat(trial.get("rounds")).hasSize(1);
        assertThat(trial.get("rounds").get(0).get("serverRssMib").asDouble()).isPositive();
    }

    @Test
    void what_it_does_not_know_is_refused_before_anything_is_started() throws Exception {
        assertThat(bench("no-such-thing").endedWith(2).err())
                .contains("there is no scenario no-such-thing; see --list");
        assertThat(bench("--all", "--rounds", "1000").endedWith(2).err()).contains("--rounds is 1000, not 0 to 100");
        assertThat(bench().endedWith(2).err()).contains("say what to measure");
    }

    private Finished bench(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(BENCH.toString(), "--no-build"));
        command.addAll(List.of(arguments));
        return Finished.of(folder, Map.of(), command);
    }
}
