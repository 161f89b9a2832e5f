package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.bench.ProcessGauges;
import dev.kekkai.testing.gateway.AttestStorm.Outcome;
import dev.kekkai.testing.gateway.Bystander;
import dev.kekkai.testing.gateway.SharedTpmNode;
import dev.kekkai.testing.process.ManyNodes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everybody comes back at once: 200 attestations from one process, over 20 TPMs with three nodes in each, at a gateway in a process of its own. */
class AttestStormIT {
    private static final int TPMS = 20;
    /** Of one node at once; 40 of them make 200. */
    private static final int EACH = 5;

    private static final int STORMS = 3;
    private static final Duration BOUND = Duration.ofSeconds(120);
    private static final long MIB_MORE_AT_MOST = 48;

    @TempDir
    Path folder;

    @Test
    void two_hundred_attestations_at_once_are_served_or_refused_at_once_and_then_served() throws Exception {
        try (ManyNodes many = ManyNodes.start(folder, TPMS)) {
            List<SharedTpmNode> nodes = many.nodes();
            int servicePort = many.host().address().servicePort();
            ProcessGauges process = new ProcessGauges(many.gateway().pid());
            served(many.storm().run(nodes, 1, BOUND), nodes.size());
            SharedTpmNode early = nodes.getLast();
            List<Double> rss = new ArrayList<>();
            try (Bystander bystander = Bystander.at(
                    servicePort,
                    early.certified(early.attest(many.host().address().attestPort(), many.roots())),
                    many.roots())) {
                for (int storm = 0; storm < STORMS; storm++) {
                    bystander.took();
                    Outcome outcome = many.storm().run(nodes.subList(0, 200 / EACH), EACH, BOUND);
                    List<Long> wraps = bystander.took();
                    rss.add(process.rssMib());
                    System.out.printf(
                            "storm %d: %d ms, %d served, refused for now: %s; wraps meanwhile: %d, p50 %d us, most %d us; RSS %.0f MiB%n",
                            storm,
                            outcome.lasted(),
                            outcome.served().size(),
                            outcome.reasons(),
                            wraps.size(),
                            wraps.get(wraps.size() / 2),
                            wraps.getLast(),
                            rss.getLast());

                    served(outcome, 200);
                    assertThat(outcome.reasons().keySet()).isSubsetOf(Set.of("busy"));
                    assertThat(wraps).as("wraps meanwhile").hasSizeGreaterThan(10);
                    assertThat(wraps.getLast())
                            .as("the longest of them, in microseconds")
                            .isLessThan(Duration.ofSeconds(5).toMillis() * 1000);
                    assertThat(many.gateway().probe("/livez").statusCode()).isEqualTo(200);
                    assertThat(many.gateway().probe("/readyz").statusCode()).isEqualTo(200);
                }
                assertThat(bystander.failures()).isEmpty();
            }
            assertThat(rss.getLast())
                    .as("memory after each storm, in MiB: %s", rss)
                    .isLessThan(rss.getFirst() + MIB_MORE_AT_MOST);
            assertThat(many.gateway().output()).doesNotContain("ALARM").doesNotContain("nobody foresaw");
            assertThat(many.host().installation().audit())
                    .noneSatisfy(record ->
                            assertThat(record.get("reason").asText()).containsAnyOf("suspected-clone", "superseded"));
        }
    }

    private static void served(Outcome outcome, int all) {
        assertThat(outcome.others()).isEmpty();
        assertThat(outcome.served()).hasSize(all);
    }
}
