package dev.kekkai.fleet;

import static dev.kekkai.fleet.Gateway.TENANT;
import static dev.kekkai.fleet.Gateway.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A group's policy grows by what is added to it, and stays one that every gateway can read. */
class PolicySizeTest {
    private static final String GROUP = "control-plane";
    /** Of 67 bytes each, so that one alternative fits and two do not. */
    private static final int DIGESTS = 2_500;

    @TempDir
    Path folder;

    private Gateway gateway;

    @BeforeEach
    void a_gateway() throws Exception {
        gateway = new Gateway(TestDatabase.Kind.SQLITE.in(folder), new MemorySigningKey(), folder);
    }

    @AfterEach
    void is_closed() {
        gateway.close();
    }

    private static Alternative kernel(String name, int forbidden) {
        Set<Digest> digests = new HashSet<>();
        for (int number = 0; number < forbidden; number++) {
            digests.add(digest(name + " must not be loaded with " + number));
        }
        Rule boot = new Rule.Value(4, Set.of(digest(name)));
        Rule keys = new Rule.Value(7, Set.of(digest("keys")));
        return new Alternative(
                name,
                Alternative.State.PENDING,
                forbidden == 0 ? List.of(boot, keys) : List.of(boot, keys, new Rule.LogForbids(4, digests)));
    }

    private static Digest digest(String of) {
        return Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(of.getBytes(StandardCharsets.UTF_8)));
    }

    private void add(String name, int forbidden) throws Exception {
        gateway.administration.addAlternative(order(), GROUP, kernel(name, forbidden));
    }

    private FleetChange retired(String name) throws Exception {
        gateway.administration.activate(order(), GROUP, name);
        return gateway.administration.retire(order(), GROUP, name);
    }

    private List<String> alternatives() {
        return gateway.fleet.view().policies().get(new FleetView.Group(TENANT, GROUP)).alternatives().stream()
                .map(Alternative::name)
                .toList();
    }

    @Test
    void what_would_be_too_large_to_be_read_is_not_signed() throws Exception {
        add("first", DIGESTS);
        long serial = gateway.fleet.view().serial();

        assertThatThrownBy(() -> add("second", DIGESTS))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("at most 256 KiB, all alternatives together")
                .hasMessageContaining("kekkai policy put");

        assertThat(gateway.fleet.view().serial()).isEqualTo(serial);
        assertThat(alternatives()).containsExactly("first");
        gateway.administration.activate(order(), GROUP, "first");
    }

    @Test
    void what_was_retired_makes_room_for_what_is_added() throws Exception {
        add("first", DIGESTS);
        add("small", 0);
        retired("first");

        FleetChange change = gateway.administration.addAlternative(order(), GROUP, kernel("second", DIGESTS));

        assertThat(change.said()).anyMatch(line -> line.contains("dropped") && line.contains("'first'"));
        assertThat(alternatives()).containsExactly("small", "second");
    }

    @Test
    void the_last_sixteen_that_were_retired_are_kept() throws Exception {
        for (int number = 0; number <= Lean.MOST_RETIRED; number++) {
            add("kernel-" + number, 0);
        }
        for (int number = 1; number <= Lean.MOST_RETIRED; number++) {
            assertThat(retired("kernel-" + number).said()).noneMatch(line -> line.contains("dropped"));
        }

        assertThat(retired("kernel-0").said()).anyMatch(line -> line.endsWith("'kernel-1'"));

        assertThat(alternatives())
                .hasSize(Lean.MOST_RETIRED)
                .doesNotContain("kernel-1")
                .endsWith("kernel-0");
    }

    /** As one that was signed before this bound was looked after. */
    @Test
    void a_policy_that_cannot_be_read_any_more_can_be_replaced_whole() throws Exception {
        gateway.fleet.install(gateway.store
                .fleet()
                .change(
                        TENANT,
                        before -> List.of(new FleetEvent.PolicyPut(GROUP, "{".getBytes(StandardCharsets.UTF_8)))));
        assertThat(gateway.fleet.view().policies()).isEmpty();
        assertThatThrownBy(() -> add("next", 0)).hasMessageContaining("the policy in force");

        gateway.administration.putPolicy(
                order(),
                GROUP,
                new Policy(
                        HashAlg.SHA256, TrustClass.VOUCHED, OptionalLong.empty(), false, List.of(kernel("next", 0))));

        assertThat(alternatives()).containsExactly("next");
    }
}
