package dev.kekkai.bench;

import dev.kekkai.testing.gateway.AttestStorm.Outcome;
import dev.kekkai.testing.gateway.Bystander;
import dev.kekkai.testing.gateway.SharedTpmNode;
import dev.kekkai.testing.process.ManyNodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** {@code bin/bench --attest}: what it costs a gateway that everybody comes back at once. */
final class AttestBench {
    private static final String HEAP = "-Xmx96m";
    private static final int TPMS = 20;
    private static final int AT_ONCE = 200;
    private static final int EACH = 5;
    private static final int STORMS = 6;
    private static final Duration BOUND = Duration.ofMinutes(5);

    private final PrintWriter out;
    private boolean sound = true;

    private AttestBench(PrintWriter out) {
        this.out = out;
    }

    /** Answers whether all were served, and nothing else than a refusal for now was answered. */
    static boolean run(PrintWriter out, String javaOptions) throws Exception {
        Path folder = Files.createTempDirectory("kekkai-bench");
        try (ManyNodes many = ManyNodes.start(folder, TPMS, HEAP + " " + javaOptions)) {
            AttestBench bench = new AttestBench(out);
            bench.measure(many);
            return bench.sound;
        } finally {
            delete(folder);
        }
    }

    private void measure(ManyNodes many) throws Exception {
        out.printf(
                "%nattest-200: %d attestations at once, from one address, over %d TPMs; one node wraps meanwhile%n",
                AT_ONCE, TPMS);
        out.printf(
                "%-8s %8s %8s %8s %8s %7s %8s %8s %8s %8s %8s %6s%n",
                "storm",
                "in all s",
                "per s",
                "p50 ms",
                "p99 ms",
                "busy",
                "after ms",
                "wraps",
                "p50 ms",
                "p99 ms",
                "CPU ms",
                "RSS");
        Outcome first = many.storm().run(many.nodes(), 1, BOUND);
        sound &= first.others().isEmpty()
                && first.served().size() == many.nodes().size();
        SharedTpmNode early = many.nodes().getLast();
        try (Bystander bystander = Bystander.at(
                many.host().address().servicePort(),
                early.certified(early.attest(many.host().address().attestPort(), many.roots())),
                many.roots())) {
            for (int storm = 1; storm <= STORMS; storm++) {
                storm(many, bystander, Integer.toString(storm));
            }
            sound &= bystander.failures().isEmpty();
        }
        if (!sound) {
            out.println("  WRONG  some were refused for good, or not served in time");
        }
        out.flush();
    }

    private void storm(ManyNodes many, Bystander bystander, String name) throws Exception {
        ProcessGauges gateway = new ProcessGauges(many.gateway().pid());
        double cpu = gateway.cpuMillis();
        bystander.took();
        Outcome outcome = many.storm().run(many.nodes().subList(0, AT_ONCE / EACH), EACH, BOUND);
        List<Long> wraps = bystander.took();
        sound &= outcome.others().isEmpty() && outcome.served().size() == AT_ONCE;
        out.printf(
                Locale.ROOT,
                "%-8s %8.1f %8.0f %8d %8d %7d %8d %8d %8.2f %8.2f %8.1f %5.0fM%n",
                name,
                outcome.lasted() / 1000.0,
                outcome.served().size() * 1000.0 / outcome.lasted(),
                at(outcome.served(), 0.5),
                at(outcome.served(), 0.99),
                outcome.refused().size(),
                at(outcome.refused(), 0.99),
                wraps.size(),
                at(wraps, 0.5) / 1000.0,
                at(wraps, 0.99) / 1000.0,
                (gateway.cpuMillis() - cpu) / outcome.served().size(),
                gateway.rssMib());
        out.flush();
    }

    /** Of values that ascend; 0 if there are none. */
    private static long at(List<Long> ascending, double share) {
        return ascending.isEmpty() ? 0 : ascending.get((int) Math.min(ascending.size() - 1, share * ascending.size()));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
