package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.wire.gateway.v1.FromGateway;
import dev.kekkai.wire.gateway.v1.GatewayGrpc;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Streams on which nothing is said hold no place that a node of ours needs. */
class SilentTest extends Served {
    private static final int MORE_THAN_A_NODE_HAS = Shares.MOST_STREAMS + 1;

    private TlsKey superseded() throws Exception {
        TlsKey before = certified();
        client.key = TlsKey.fresh();
        return before;
    }

    @Test
    void a_certificate_that_is_good_for_nothing_holds_no_stream_of_its_node() throws Exception {
        TlsKey stolen = superseded();
        TlsKey own = certified();
        List<ServeClient> silent = new ArrayList<>();
        try {
            for (int number = 0; number < MORE_THAN_A_NODE_HAS; number++) {
                silent.add(ServeClient.silent(gateway, stolen));
            }
            for (ServeClient each : silent) {
                assertThat(reason(each.end())).isEqualTo("superseded");
            }
            try (ServeClient serve = ServeClient.open(gateway, own)) {
                assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
            }
            await().until(() -> refusals("serve", "superseded") == MORE_THAN_A_NODE_HAS);
        } finally {
            silent.forEach(ServeClient::close);
        }
    }

    @Test
    void a_certificate_that_is_good_for_nothing_holds_no_renewal_of_its_node() throws Exception {
        TlsKey stolen = superseded();
        TlsKey own = certified();
        ManagedChannel channel =
                stolen.channel(gateway.servicePort(), gateway.roots().certificates());
        try {
            for (int number = 0; number < 4; number++) {
                Ending ending = new Ending();
                var unused = GatewayGrpc.newStub(channel).renew(ending);
                assertThat(reason(ending.why.get(15, TimeUnit.SECONDS))).isEqualTo("superseded");
            }
            assertThat(client.renew(gateway, own).getCertificatesCount()).isEqualTo(2);
        } finally {
            channel.shutdownNow();
        }
        await().until(() -> gateway.last("renew").isPresent());
    }

    @Test
    void a_node_that_says_no_hello_gives_its_place_back() throws Exception {
        try (ServeClient silent = ServeClient.silent(gateway, certified())) {
            assertThat(reason(silent.end())).isEqualTo("protocol");
        }
        await().until(() -> refusals("serve", "protocol") == 1);
        assertThat(gateway.last("serve").orElseThrow().reason()).contains("no hello came within 5 s");
    }

    /** A machine that lost its power leaves connections which nobody has ended. */
    @Test
    void connections_that_linger_after_their_agent_do_not_make_a_clone_of_it() throws Exception {
        TlsKey first = certified();
        try (ServeClient lingers = ServeClient.open(gateway, first)) {
            await().until(() -> !lingers.told().isEmpty());
            client.key = TlsKey.fresh();
            TlsKey second = certified();
            assertThat(reason(lingers.end())).isEqualTo("superseded");
            try (ServeClient lingersToo = ServeClient.open(gateway, second)) {
                await().until(() -> !lingersToo.told().isEmpty());
                client.key = TlsKey.fresh();
                certified();
                assertThat(reason(lingersToo.end())).isEqualTo("superseded");
            }
        }
        client.key = TlsKey.fresh();

        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
    }

    private static final class Ending implements StreamObserver<FromGateway> {
        private final CompletableFuture<Throwable> why = new CompletableFuture<>();

        @Override
        public void onNext(FromGateway message) {}

        @Override
        public void onError(Throwable failure) {
            why.complete(failure);
        }

        @Override
        public void onCompleted() {
            why.completeExceptionally(new AssertionError("completed"));
        }
    }
}
