package dev.kekkai.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.ek.CaFolder;
import dev.kekkai.attestation.ek.EkAuthorities;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.tpm.SwtpmFactory;
import dev.kekkai.tpm.structure.EkTemplate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole of an attestation against a TPM: claim, credential, quote, verdict. */
class AttestationTest {
    @ParameterizedTest
    @EnumSource(EkTemplate.class)
    void a_node_with_an_ek_of_each_template_is_let_in(EkTemplate template) throws Exception {
        try (Node node = Node.blank().boot("kernel 6.8")) {
            Trial trial = new Trial(node, template);

            Verdict.Accepted accepted = accepted(trial.run());

            assertThat(accepted.alternative()).contains("as booted");
            assertThat(accepted.quoted().trust()).isEqualTo(TrustClass.VOUCHED);
            assertThat(accepted.quoted().akName()).hasSize(68);
            assertThat(accepted.quoted().firmware()).isNotZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = EkTemplate.class,
            names = {"L_1", "H_3"})
    void an_ek_with_a_makers_certificate_is_let_in_where_one_is_demanded(EkTemplate template, @TempDir Path folder)
            throws Exception {
        Path ca = Files.createDirectory(folder.resolve("ca"));
        SwtpmFactory factory = SwtpmFactory.in(Files.createDirectory(folder.resolve("factory")));
        try (Node node = Node.manufactured(factory).boot("kernel 6.8")) {
            for (var certificate : factory.authorities()) {
                Files.write(ca.resolve(certificate.getSerialNumber() + ".cer"), certificate.getEncoded());
            }
            Trial trial = new Trial(node, template);
            trial.authorities = Optional.of(EkAuthorities.of(CaFolder.read(ca), List.of(), Set.of()));
            trial.policy = demanding(TrustClass.HARDWARE, trial.policy);

            assertThat(accepted(trial.run()).quoted().trust()).isEqualTo(TrustClass.HARDWARE);

            trial.authorities = Optional.of(EkAuthorities.of(List.of(), factory.authorities(), Set.of()));
            assertThat(reason(trial.run())).as("a vTPM's CA is not enough").isEqualTo(Reason.TRUST_CLASS);
            trial.policy = demanding(TrustClass.VIRTUAL, trial.policy);
            assertThat(accepted(trial.run()).quoted().trust()).isEqualTo(TrustClass.VIRTUAL);
        }
    }

    @Test
    void an_ek_may_be_enrolled_by_its_public_key_as_makers_ship_it() throws Exception {
        try (Node node = Node.blank().boot("kernel 6.8")) {
            Trial trial = new Trial(node, EkTemplate.L_2);
            String hex = EkFingerprint.spkiOf(
                            EndorsementKey.parse(trial.identity().ek().bytes()))
                    .hex();
            trial.enrolment = new Enrolment(EkFingerprint.parse(hex), Optional.empty());

            accepted(trial.run());
        }
    }

    @Test
    void the_pinned_ak_renews_without_opening_anything_and_after_a_reboot_too() throws Exception {
        try (Node node = Node.blank().boot("kernel 6.8")) {
            Trial trial = new Trial(node, EkTemplate.L_2);
            Verdict.Quoted first = accepted(trial.run()).quoted();
            trial.enrolment = new Enrolment(trial.enrolment.ek(), Optional.of(first.akName()));
            trial.lastSeen = Optional.of(first.counters());

            assertThat(accepted(trial.renew()).quoted()).isEqualTo(first);

            node.powerCycle();
            node.boot("kernel 6.8");
            Verdict.Quoted second = accepted(trial.run()).quoted();
            assertThat(second.akName()).isEqualTo(first.akName());
            assertThat(second.counters()).isGreaterThan(first.counters());
        }
    }

    @Test
    void a_policy_in_terms_of_the_event_log_lets_in_what_it_names() throws Exception {
        try (Node node = Node.blank().boot("kernel 6.8")) {
            Trial trial = new Trial(node, EkTemplate.L_2);
            trial.policy = Trial.policy(List.of(
                    new Rule.LogAllows(4, Set.of(Trial.measured("shim"), Trial.measured("kernel 6.8"))),
                    new Rule.LogRequires(7, Set.of(Trial.measured("secure boot keys"))),
                    new Rule.LogAllows(0, Set.of(Trial.measured("firmware"))),
                    new Rule.LogForbids(2, Set.of(Trial.measured("old option rom")))));

            accepted(trial.run());
        }
    }

    @Test
    void firmware_below_the_floor_is_refused_and_at_the_floor_is_not() throws Exception {
        try (Node node = Node.blank().boot("kernel 6.8")) {
            Trial trial = new Trial(node, EkTemplate.L_2);
            long firmware = accepted(trial.run()).quoted().firmware();

            trial.policy = withFloor(firmware, trial.policy);
            accepted(trial.run());
            trial.policy = withFloor(firmware + 1, trial.policy);
            assertThat(reason(trial.run())).isEqualTo(Reason.FIRMWARE);
        }
    }

    private static Policy demanding(TrustClass atLeast, Policy policy) {
        return new Policy(policy.bank(), atLeast, policy.firmwareFloor(), false, policy.alternatives());
    }

    private static Policy withFloor(long floor, Policy policy) {
        return new Policy(policy.bank(), policy.atLeast(), OptionalLong.of(floor), false, policy.alternatives());
    }

    static Verdict.Accepted accepted(Verdict verdict) {
        assertThat(verdict).as("%s", verdict).isInstanceOf(Verdict.Accepted.class);
        return (Verdict.Accepted) verdict;
    }

    static Reason reason(Verdict verdict) {
        assertThat(verdict).as("%s", verdict).isInstanceOf(Verdict.Refused.class);
        return ((Verdict.Refused) verdict).reason();
    }
}
