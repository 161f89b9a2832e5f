package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.testing.gateway.NodeClient.Talk;
import dev.kekkai.testing.gateway.TlsKey;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** All places of the attest port, and who holds them. */
class AttestPlacesTest extends Served {
    private static final int PLACES = 2;

    @Test
    void a_node_attests_though_strangers_hold_all_places_and_say_nothing() throws Exception {
        gateway.close();
        GatewayLimits preset = GatewayLimits.DEFAULT;
        gateway = start(new GatewayLimits(
                preset.connections(),
                PLACES,
                PLACES,
                preset.inFlight(),
                preset.challenge(),
                preset.policyGrace(),
                preset.connectionAge(),
                preset.attestAge(),
                preset.ageGrace(),
                preset.drain()));
        byte[] hello = client.hello().toByteArray();
        List<Talk> strangers = new ArrayList<>();
        try {
            for (int i = 0; i < PLACES; i++) {
                strangers.add(Talk.to(
                        TlsKey.fresh()
                                .channel(gateway.attestPort(), gateway.roots().certificates()),
                        true));
            }
            CompletableFuture<Object> first = CompletableFuture.anyOf(strangers.stream()
                    .map(stranger -> CompletableFuture.supplyAsync(() -> end(stranger), Thread::startVirtualThread))
                    .toArray(CompletableFuture<?>[]::new));

            await().until(() -> busy(() -> challenged(hello)) || first.isDone());
            await().until(() -> !busy(() -> challenged(hello)) && first.isDone());

            assertThat(first.get()).isEqualTo("busy");
            assertThat(certified().chain()).isNotEmpty();
        } finally {
            strangers.forEach(Talk::close);
        }
    }

    /** As far as a node comes that has a place. */
    private void challenged(byte[] hello) throws Exception {
        try (Talk talk =
                Talk.to(client.key.channel(gateway.attestPort(), gateway.roots().certificates()), true)) {
            assertThat(talk.challenge(hello)).isNotEmpty();
        }
    }

    private static String end(Talk talk) {
        try {
            talk.waitForTheEnd();
            return "a message";
        } catch (StatusException e) {
            return String.valueOf(e.getTrailers().get(Denied.REASON));
        } catch (Exception e) {
            return e.toString();
        }
    }

    private static boolean busy(Attempt attempt) throws Exception {
        try {
            attempt.make();
            return false;
        } catch (StatusException e) {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            return true;
        }
    }
}
