package dev.kekkai.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where scenarios are run: a temporary folder, and the servers that live in it as long as a scenario lasts. */
final class Lab {
    private final Pace pace;
    private final String javaOptions;

    Lab(Pace pace, String javaOptions) {
        this.pace = pace;
        this.javaOptions = javaOptions;
    }

    /**
     * How long things last.
     *
     * @param warmUp for each server, shared by its trials
     * @param round of one trial
     * @param rounds or 0 for what the scenario says
     */
    record Pace(Duration warmUp, Duration round, int rounds) {}

    /** Runs a scenario to its end: its servers are started, warmed up without latency, measured in turns, and ended. */
    List<Result> run(Scenario scenario) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("kekkai-bench");
        Map<ServerSpec, Rig> rigs = new LinkedHashMap<>();
        List<Measuring> trials = new ArrayList<>();
        Thread interrupted = new Thread(() -> end(folder, rigs, trials), "kekkai-bench-end");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try {
            for (Trial trial : scenario.trials()) {
                if (!rigs.containsKey(trial.server())) {
                    rigs.put(trial.server(), start(trial.server(), folder.resolve("s" + rigs.size())));
                }
                trials.add(Measuring.of(trial, rigs.get(trial.server())));
            }
            return measured(scenario, rigs, trials);
        } finally {
            Runtime.getRuntime().removeShutdownHook(interrupted);
            end(folder, rigs, trials);
        }
    }

    private Rig start(ServerSpec spec, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        if (spec.isMeasured()) {
            return NoOpRig.measured(spec, folder, javaOptions);
        }
        return spec.isNoOp() ? NoOpRig.start(folder, javaOptions) : KekkaiRig.start(spec, folder, javaOptions);
    }

    private List<Result> measured(Scenario scenario, Map<ServerSpec, Rig> rigs, List<Measuring> trials)
            throws IOException, InterruptedException {
        for (Measuring trial : trials) {
            long sharing = trials.stream()
                    .filter(other -> other.trial().server().equals(trial.trial().server()))
                    .count();
            trial.warmUp(pace.warmUp().dividedBy(sharing));
        }
        rigs.forEach((spec, rig) -> rig.slow(spec.latency()));
        int rounds = pace.rounds() > 0 ? pace.rounds() : scenario.rounds();
        List<Measuring> order = new ArrayList<>(trials);
        for (int round = 0; round < rounds; round++) {
            for (Measuring trial : order) {
                trial.measure(pace.round());
            }
            Collections.reverse(order); // so that no trial always follows the same one
        }
        List<Result> results = new ArrayList<>();
        for (Measuring trial : trials) {
            results.add(trial.result());
        }
        return results;
    }

    private static void end(Path folder, Map<ServerSpec, Rig> rigs, List<Measuring> trials) {
        trials.forEach(Measuring::close);
        try {
            for (Rig rig : rigs.values()) {
                rig.close();
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            System.err.println("bench: " + folder + " could not be cleared away: " + e);
        }
    }
}
