package dev.kekkai.gateway;

import static dev.kekkai.gateway.Shares.Use.WRAP;
import static dev.kekkai.id.TenantId.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.batching.Capacity;
import dev.kekkai.id.TenantId;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SharesTest {
    private final Shares shares = new Shares(1);

    /** Else who closes its stream and opens another would have as many again. */
    @Test
    void a_node_is_forgotten_when_its_last_stream_and_its_last_call_have_ended() throws Exception {
        shares.enter("node");
        assertThat(shares.take("node", DEFAULT, WRAP)).isTrue();
        shares.leave("node");

        shares.enter("node");
        assertThat(shares.take("node", DEFAULT, WRAP)).as("still under way").isFalse();
        shares.leave("node");
        assertThat(shares.nodes()).isEqualTo(1);
        shares.done("node", DEFAULT, WRAP);

        assertThat(shares.nodes()).isZero();
    }

    /** Two nodes that ask without end filled the queue of their tenant, and every wrap of the others was refused. */
    @ParameterizedTest
    @EnumSource(Shares.Use.class)
    void nodes_that_ask_without_end_leave_as_much_to_the_others_of_their_tenant(Shares.Use use) {
        Shares many = new Shares(1024);
        int rogues = greedy(many, DEFAULT, use, "one", "two");

        assertThat(rogues).isLessThanOrEqualTo(use.ofTenant * 2 / 3 + 1);
        assertThat(greedy(many, DEFAULT, use, "three")).isGreaterThanOrEqualTo(use.ofTenant / 6);
    }

    @ParameterizedTest
    @EnumSource(Shares.Use.class)
    void tenants_that_ask_without_end_leave_as_much_to_other_tenants(Shares.Use use) {
        Shares many = new Shares(1024);
        for (int tenant = 0; tenant < 2; tenant++) {
            greedy(
                    many,
                    new TenantId(new UUID(1, tenant)),
                    use,
                    tenant + "a",
                    tenant + "b",
                    tenant + "c",
                    tenant + "d");
        }

        assertThat(greedy(many, DEFAULT, use, "one")).isGreaterThanOrEqualTo(use.ofTenant / 4);
    }

    @Test
    void a_node_that_is_alone_has_all_it_may_have() {
        Shares many = new Shares(1024);

        assertThat(greedy(many, DEFAULT, WRAP, "one")).isEqualTo(1024);
        assertThat(greedy(many, DEFAULT, Shares.Use.UNWRAP, "one")).isEqualTo(256);
    }

    /** What the gateway lets through finds room there, whoever else asks. */
    @Test
    void shares_are_no_larger_than_what_may_wait_for_the_hsm() {
        Capacity capacity = Capacity.auto(1024, 2, 4);

        assertThat(WRAP.ofTenant).isLessThanOrEqualTo(capacity.together());
        assertThat(Shares.Use.UNWRAP.ofTenant).isLessThanOrEqualTo(capacity.alone());
    }

    /** All of them in turn, until none gets any more. */
    private static int greedy(Shares shares, TenantId tenant, Shares.Use use, String... nodes) {
        int taken = 0;
        boolean any = true;
        while (any) {
            any = false;
            for (String node : nodes) {
                if (shares.take(node, tenant, use)) {
                    taken++;
                    any = true;
                }
            }
        }
        return taken;
    }
}
