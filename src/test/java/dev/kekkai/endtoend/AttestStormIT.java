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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everybody comes back at once: 80 attestations from one process, and 200 with {@code bin/test --long}, over 20 TPMs with three nodes in each, at a gateway
 * in a process of its own that lets 64 of one address attest at once.
 */
class AttestStormIT {
    private static final int TPMS = 20;
    private static final int NODES = 40;
    /** Of one node at once. */
    private static final int EACH = Integer.getInteger("kekkai.storm.each", 2);

    private static final int ALL = NODES * EACH;
    private static final int STORMS = 3;
    private static final Duration BOUND = Duration.ofMinutes(3);
    /** What kube-apiserver waits for a KMS plugin, unless it is told otherwise. */
    private static final Duration APISERVERS_PATIENCE = Duration.ofSeconds(3);

    private static final long MIB_MORE_AT_MOST = 48;

    @TempDir
    Path folder;

    @Test
    void a_crowd_that_attests_at_once_is_served_or_refused_for_now_and_then_served() throws Exception {
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
                    Outcome outcome = many.storm().run(nodes.subList(0, NODES), EACH, BOUND);
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

                    served(outcome, ALL);
                    assertThat(outcome.reasons().keySet()).isSubsetOf(Set.of("busy", "challenge-expired"));
                    assertThat(wraps).as("wraps meanwhile").isNotEmpty();
                    assertThat(wraps.get(wraps.size() / 2))
                            .as("the median of them, in microseconds")
                            .isLessThan(TimeUnit.NANOSECONDS.toMicros(APISERVERS_PATIENCE.toNanos()));
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
