package dev.kekkai.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScenariosTest {
    @Test
    void names_are_told_apart() {
        assertThat(Scenarios.all()).extracting(Scenario::name).doesNotHaveDuplicates();
        assertThat(Scenarios.all())
                .allSatisfy(scenario ->
                        assertThat(scenario.trials()).extracting(Trial::name).doesNotHaveDuplicates());
    }

    @Test
    void every_goal_can_be_judged_by_its_own_trials() {
        assertThat(Scenarios.all()).allSatisfy(scenario -> assertThat(new Report(
                                scenario,
                                scenario.trials().stream()
                                        .map(ScenariosTest::result)
                                        .toList())
                        .verdicts())
                .hasSameSizeAs(scenario.goals())
                .noneMatch(verdict -> Double.isNaN(verdict.figure())));
    }

    @Test
    void a_wrong_plaintext_makes_a_run_unsound_and_so_does_none() {
        Scenario scenario = Scenarios.all().getFirst();

        assertThat(new Report(scenario, List.of(result(scenario.trials().getFirst()))).sound())
                .isTrue();
        assertThat(new Report(scenario, List.of(result(scenario.trials().getFirst(), 10, 1))).sound())
                .isFalse();
        assertThat(new Report(scenario, List.of(result(scenario.trials().getFirst(), 0, 0))).sound())
                .isFalse();
    }

    @Test
    void a_goal_is_met_on_its_bound_and_missed_past_it() {
        assertThat(Goal.atLeast("a", 2, results -> 2).judge(Map.of()).met()).isTrue();
        assertThat(Goal.atLeast("a", 2, results -> 1.9).judge(Map.of()).met()).isFalse();
        assertThat(Goal.atMost("a", 2, results -> 2).judge(Map.of()).met()).isTrue();
        assertThat(Goal.atMost("a", 2, results -> 2.1).judge(Map.of()).met()).isFalse();
        assertThat(Goal.atMost("a", 2, results -> Double.NaN).judge(Map.of()).met())
                .isFalse();
    }

    @Test
    void the_rates_of_a_result_are_over_all_its_rounds() {
        Distribution answered = new Distribution(100, 2, 4, 6);
        Trial trial = new Trial("t", ServerSpec.noOp(), Load.closed(Load.Api.V2, Load.Operation.ENCRYPT, 1));
        Result result = new Result(
                trial,
                List.of(new Round(1, answered, 10, 30, 20, 100), new Round(3, answered, 0, 180, 40, 110)),
                200,
                answered,
                answered,
                Map.of(),
                1,
                0,
                new GcLog(0, 0));

        assertThat(result.perSecond()).isEqualTo(50);
        assertThat(result.cpuPerCall()).isEqualTo(1);
        assertThat(result.hsmPerDek()).isEqualTo(0.3);
        assertThat(result.medianPerSecond()).isEqualTo((100 + 100 / 3.0) / 2);
        assertThat(result.medianShare(result, Round::perSecond)).isEqualTo(1);
    }

    private static Result result(Trial trial) {
        return result(trial, 5, 0);
    }

    private static Result result(Trial trial, long checked, long wrong) {
        Distribution each = new Distribution(10, 1, 2, 3);
        return new Result(
                trial,
                List.of(new Round(Duration.ofSeconds(1).toSeconds(), each, 0, 5, 10, 100)),
                10,
                each,
                each,
                Map.of(),
                checked,
                wrong,
                new GcLog(1, 1));
    }
}
