package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.id.TenantId;
import dev.kekkai.identity.ServerRoots;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TestGateway;
import dev.kekkai.testing.gateway.TlsKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node whose policy changed asks at a gateway that did not judge it. */
class PolicyGraceTest extends Served {
    private final ServerRoots.Keys hsm = TestGateway.memoryKeys();

    private TestGateway another(String name, Duration grace) throws Exception {
        return TestGateway.start(name, fleet, dek, hsm, 1, limits(16, Duration.ofSeconds(30), grace));
    }

    @Test
    void a_gateway_that_starts_after_the_change_asks_for_the_same_as_the_one_that_saw_it() throws Exception {
        gateway.close();
        gateway = another("gateway-1", Duration.ZERO);
        TlsKey certified = certified();
        node.measure(7, "new keys");
        fleet.policy(TenantId.DEFAULT, client.policy());
        refusedToServe("policy-changed", certified);
        gateway.close();

        gateway = another("gateway-2", Duration.ZERO);

        refusedToServe("policy-changed", certified);
        TlsKey renewed = client.key.with(NodeClient.certificates(client.renew(gateway, certified)));
        gateway.close();
        gateway = another("gateway-3", Duration.ZERO);
        isServed(renewed);
    }

    @Test
    void within_the_grace_both_serve_it() throws Exception {
        gateway.close();
        gateway = another("gateway-1", Duration.ofMinutes(1));
        TlsKey certified = certified();
        fleet.policy(
                TenantId.DEFAULT,
                NodeClient.policy(List.of(
                        client.policy().alternatives().getFirst().rules().getFirst())));
        isServed(certified);
        gateway.close();

        gateway = another("gateway-2", Duration.ofMinutes(1));

        isServed(certified);
    }

    private void isServed(TlsKey key) throws Exception {
        try (ServeClient serve = ServeClient.open(gateway, key)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
    }
}
