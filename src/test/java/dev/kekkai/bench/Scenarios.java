package dev.kekkai.bench;

import static dev.kekkai.bench.Load.Api.V2;
import static dev.kekkai.bench.Load.Operation.DECRYPT;
import static dev.kekkai.bench.Load.Operation.DECRYPT_LONE;
import static dev.kekkai.bench.Load.Operation.DECRYPT_SHUFFLED;
import static dev.kekkai.bench.Load.Operation.ENCRYPT;
import static dev.kekkai.bench.Load.Operation.MIXED;
import static dev.kekkai.bench.ServerSpec.AUTO;
import static dev.kekkai.bench.ServerSpec.NO_OP;
import static dev.kekkai.bench.ServerSpec.OFF;
import static dev.kekkai.bench.ServerSpec.RECORDED;
import static dev.kekkai.bench.ServerSpec.UNRECORDED;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every scenario there is, and what each must show. */
final class Scenarios {
    private static final Duration TWO_MILLIS = Duration.ofMillis(2);
    private static final int ROUNDS = 8;

    private Scenarios() {}

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>(List.of(lone(), storm(64), storm(256), slowOne(), slowEight(), unwrap()));
        all.add(overload());
        all.add(audit());
        for (int micros : new int[] {500, 2000, 5000}) {
            all.add(latency(micros));
        }
        all.add(matrix());
        return all;
    }

    private static Scenario lone() {
        Load load = Load.closed(V2, ENCRYPT, 1);
        return new Scenario(
                "lone-caller",
                "1 caller, SoftHSM: what batching costs somebody who has nobody to share with",
                40,
                List.of(
                        new Trial(OFF, ServerSpec.softHsm(OFF), load),
                        new Trial(AUTO, ServerSpec.softHsm(AUTO), load),
                        new Trial(NO_OP, ServerSpec.noOp(), load)),
                List.of(Goal.atMost("median latency with auto, as a share of off in the same round", 1.05, r -> at(
                                r, AUTO)
                        .medianShare(at(r, OFF), round -> round.answered().p50()))));
    }

    private static Scenario storm(int callers) {
        Load load = Load.closed(V2, ENCRYPT, callers);
        return new Scenario(
                "storm-" + callers,
                callers + " callers, SoftHSM: what the service adds to the listener",
                ROUNDS,
                List.of(
                        new Trial(NO_OP, ServerSpec.noOp(), load),
                        new Trial(OFF, ServerSpec.softHsm(OFF), load),
                        new Trial(AUTO, ServerSpec.softHsm(AUTO), load)),
                List.of(
                        shareOfNoOp(),
                        Goal.atLeast(
                                "wraps/s with auto", 15_000, r -> at(r, AUTO).perSecond()),
                        Goal.atMost("server CPU ms per call with auto", 0.06, r -> at(r, AUTO)
                                .cpuPerCall()),
                        noErrors(AUTO)));
    }

    private static Scenario slowOne() {
        Load load = Load.closed(V2, ENCRYPT, 256);
        return new Scenario(
                "slow-hsm-1",
                "256 callers, an HSM of 2 ms, 1 session",
                ROUNDS,
                List.of(
                        new Trial(OFF, new ServerSpec(OFF, 1, TWO_MILLIS), load),
                        new Trial(AUTO, new ServerSpec(AUTO, 1, TWO_MILLIS), load)),
                List.of(timesOff(20), hsmPerDek(0.04), noErrors(AUTO)));
    }

    private static Scenario slowEight() {
        Load load = Load.closed(V2, ENCRYPT, 256);
        return new Scenario(
                "slow-hsm-8",
                "256 callers, an HSM of 2 ms, 8 sessions",
                ROUNDS,
                List.of(
                        new Trial(NO_OP, ServerSpec.noOp(), load),
                        new Trial(OFF, new ServerSpec(OFF, 8, TWO_MILLIS), load),
                        new Trial(AUTO, new ServerSpec(AUTO, 8, TWO_MILLIS), load)),
                List.of(shareOfNoOp(), timesOff(3), noErrors(AUTO)));
    }

    private static Scenario unwrap() {
        ServerSpec server = new ServerSpec(AUTO, 1, TWO_MILLIS);
        return new Scenario(
                "unwrap-storm",
                "256 callers unwrap what one storm had wrapped, an HSM of 2 ms, 1 session",
                ROUNDS,
                List.of(
                        new Trial("single", server, Load.closed(V2, DECRYPT_LONE, 256)),
                        new Trial("batch", server, Load.closed(V2, DECRYPT, 256)),
                        new Trial("batch, shuffled", server, Load.closed(V2, DECRYPT_SHUFFLED, 256))),
                List.of(
                        Goal.atLeast(
                                "unwraps/s of batch-layout ciphertexts, in times of single-layout ones",
                                10,
                                r -> at(r, "batch").perSecond()
                                        / at(r, "single").perSecond()),
                        noErrors("batch")));
    }

    private static Scenario overload() {
        Load load = Load.open(V2, 3200);
        ServerSpec server = new ServerSpec(OFF, 4, Duration.ofMillis(5));
        return new Scenario(
                "overload",
                "3,200 wraps/s offered to 800/s: batching off, an HSM of 5 ms, 4 sessions",
                6,
                List.of(new Trial(OFF, server, load)),
                List.of(
                        Goal.atMost("p99 of answered calls, ms", 1000, r -> at(r, OFF)
                                .answered()
                                .p99()),
                        Goal.atMost("p99 of refused calls, ms", 100, r -> at(r, OFF)
                                .refused()
                                .p99()),
                        Goal.atMost(
                                "calls that failed otherwise than by RESOURCE_EXHAUSTED",
                                0,
                                r -> at(r, OFF).failed() - at(r, OFF).errors().getOrDefault("RESOURCE_EXHAUSTED", 0L)),
                        Goal.atMost(
                                "RSS of the last round, as a share of the first",
                                1.05,
                                r -> at(r, OFF).lastRss() / at(r, OFF).firstRss())));
    }

    private static Scenario audit() {
        Load load = Load.closed(V2, ENCRYPT, 256);
        return new Scenario(
                "audit-256",
                "256 callers, SoftHSM: what recording each wrap costs, in a chained trail",
                ROUNDS,
                List.of(
                        new Trial(UNRECORDED, ServerSpec.softHsm(UNRECORDED), load),
                        new Trial(RECORDED, ServerSpec.softHsm(RECORDED), load)),
                List.of(
                        Goal.atLeast("wraps/s recorded, as a share of unrecorded in the same round", 0.9, r -> at(
                                        r, RECORDED)
                                .medianShare(at(r, UNRECORDED), Round::perSecond)),
                        noErrors(RECORDED)));
    }

    private static Scenario latency(int micros) {
        Duration latency = Duration.ofNanos(micros * 1000L);
        Load load = Load.closed(V2, MIXED, 64);
        return new Scenario(
                "latency-" + micros + "us",
                String.format(
                        Locale.ROOT, "64 callers wrap and unwrap, an HSM of %.1f ms, 4 sessions", micros / 1000.0),
                ROUNDS,
                List.of(
                        new Trial(OFF, new ServerSpec(OFF, 4, latency), load),
                        new Trial(AUTO, new ServerSpec(AUTO, 4, latency), load)),
                List.of(noErrors(AUTO)));
    }

    private static Scenario matrix() {
        List<Trial> trials = new ArrayList<>();
        for (Load.Api api : Load.Api.values()) {
            for (Load.Operation operation : List.of(ENCRYPT, DECRYPT, MIXED)) {
                for (int callers : new int[] {1, 8, 64, 256}) {
                    trials.add(new Trial(
                            (api + " " + operation + " " + callers).toLowerCase(Locale.ROOT),
                            ServerSpec.softHsm(AUTO),
                            Load.closed(api, operation, callers)));
                }
            }
        }
        return new Scenario(
                "matrix", "both APIs, every operation, 1 to 256 callers, SoftHSM, auto", 1, trials, List.of());
    }

    private static Goal shareOfNoOp() {
        return Goal.atLeast("wraps/s with auto, as a share of the no-op handler", 0.75, r -> at(r, AUTO)
                .medianShare(at(r, NO_OP), Round::perSecond));
    }

    private static Goal timesOff(double times) {
        return Goal.atLeast("wraps/s with auto, in times of off", times, r -> at(r, AUTO)
                .medianShare(at(r, OFF), Round::perSecond));
    }

    private static Goal hsmPerDek(double most) {
        return Goal.atMost(
                "HSM operations per DEK with auto", most, r -> at(r, AUTO).hsmPerDek());
    }

    private static Goal noErrors(String trial) {
        return Goal.atMost("errors of " + trial, 0, r -> at(r, trial).failed());
    }

    private static Result at(Map<String, Result> results, String trial) {
        Result result = results.get(trial);
        if (result == null) {
            throw new IllegalStateException("no trial is called " + trial);
        }
        return result;
    }
}
