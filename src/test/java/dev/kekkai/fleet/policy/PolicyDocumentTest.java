package dev.kekkai.fleet.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Policies as people write them, and as they are kept. */
class PolicyDocumentTest {
    private static final String ONE = "11".repeat(32);
    private static final String TWO = "22".repeat(32);
    private static final String YAML = """
            bank: sha256
            at-least: hardware
            firmware-floor: "000000000000002a"
            audit-only: true
            alternatives:
              - name: kernel-6.12
                state: active
                rules:
                  - pcr: 4
                    values: ["%1$s", "%2$s"]
                  - { pcr: 7, log-allows: ["%2$s"] }
                  - { pcr: 0, log-requires: ["%1$s"] }
                  - { pcr: 2, log-forbids: ["%1$s"] }
            """.formatted(TWO, ONE);

    private static Policy read(String text) throws FleetException {
        return PolicyDocument.read("policy.yaml", text.getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(String text, String why) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(FleetException.class).hasMessageContaining(why);
    }

    private static Digest digest(String hex) {
        return new Digest(HashAlg.SHA256, hex);
    }

    @Test
    void all_that_a_policy_can_say_is_read() throws Exception {
        Policy policy = read(YAML);

        assertThat(policy.atLeast()).isEqualTo(TrustClass.HARDWARE);
        assertThat(policy.firmwareFloor()).hasValue(42);
        assertThat(policy.auditOnly()).isTrue();
        Alternative alternative = policy.alternatives().getFirst();
        assertThat(alternative.state()).isEqualTo(Alternative.State.ACTIVE);
        assertThat(alternative.rules())
                .containsExactly(
                        new Rule.Value(4, Set.of(digest(ONE), digest(TWO))),
                        new Rule.LogAllows(7, Set.of(digest(ONE))),
                        new Rule.LogRequires(0, Set.of(digest(TWO))),
                        new Rule.LogForbids(2, Set.of(digest(TWO))));
    }

    @Test
    void what_is_kept_is_one_form_whatever_it_was_written_as() throws Exception {
        Policy policy = read(YAML);
        byte[] canonical = PolicyText.canonical(policy);

        assertThat(new String(canonical, StandardCharsets.US_ASCII))
                .isEqualTo(
                        "{\"bank\":\"sha256\",\"at-least\":\"hardware\",\"firmware-floor\":\"000000000000002a\",\"audit-only\":true,"
                                + "\"alternatives\":[{\"name\":\"kernel-6.12\",\"state\":\"active\",\"rules\":[{\"pcr\":4,\"values\":[\""
                                + ONE + "\",\"" + TWO
                                + "\"]},{\"pcr\":7,\"log-allows\":[\"" + ONE + "\"]},{\"pcr\":0,\"log-requires\":[\""
                                + TWO
                                + "\"]},{\"pcr\":2,\"log-forbids\":[\"" + TWO + "\"]}]}]}");
        assertThat(PolicyDocument.read("kept", canonical)).isEqualTo(policy);
        assertThat(read(PolicyText.pretty(policy))).isEqualTo(policy);
    }

    @Test
    void what_was_mistyped_is_refused_with_its_line_and_what_was_meant() {
        refused(
                YAML.replace("at-least", "atleast"),
                "policy.yaml, line 2: the key 'atleast' is unknown: did you mean 'at-least'?");
        refused(YAML.replace("pcr: 4", "pcrs: 4"), "did you mean 'pcr'?");
        refused(YAML.replace("state: active", "state: on"), "line 7: expected pending, active or retired");
        refused(YAML.replace("audit-only: true", "audit-only: yes"), "line 4: expected true or false");
        refused(YAML.replace("bank: sha256", "bank: md5"), "expected sha1, sha256, sha384 or sha512");
        refused(YAML.replace(ONE, "11"), "64 lower-case hex digits");
        refused(YAML.replace("{ pcr: 7,", "{ pcr: 7, values: [],"), "a rule has 'pcr' and one of");
        refused(YAML.replace("bank: sha256", "bank: sha256\nbank: sha1"), "line 2: the key 'bank' is there twice");
        refused(YAML.replace("name: kernel", "name: &a kernel"), "expected a single value");
        refused("", "is empty");
        refused("alternatives: [", "is neither YAML nor JSON");
        refused("# " + "x".repeat(300_000), "is larger than 256 KiB");
    }

    @Test
    void an_alternative_that_proves_nothing_is_refused_as_it_is_read() {
        refused(
                "alternatives: [ { name: a, rules: [ { pcr: 7, values: [\"" + ONE + "\"] } ] } ]",
                "PCR 7 alone proves too little");
    }

    @Test
    void a_manifest_of_what_is_measured_gives_the_values_that_the_pcrs_will_have() throws Exception {
        Alternative predicted =
                Prediction.ofManifest("manifest.yaml", """
                        name: kernel-6.13
                        pcrs:
                          - { pcr: 7, values: ["%1$s"] }
                          - pcr: 4
                            measured: ["%1$s", "%2$s"]
                        """.formatted(ONE, TWO).getBytes(StandardCharsets.UTF_8));

        byte[] first = HashAlg.SHA256.digest(new byte[32], digest(ONE).bytes());
        byte[] both = HashAlg.SHA256.digest(first, digest(TWO).bytes());
        assertThat(predicted.state()).isEqualTo(Alternative.State.PENDING);
        assertThat(predicted.rules())
                .containsExactly(
                        new Rule.Value(7, Set.of(digest(ONE))),
                        new Rule.Value(4, Set.of(Digest.of(HashAlg.SHA256, both))));
        assertThat(PolicyDocument.readAlternative(
                        "predicted", PolicyText.pretty(predicted).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(predicted);
    }

    @Test
    void a_diff_says_of_each_alternative_what_it_does_not_accept() throws Exception {
        Policy policy = read("""
                alternatives:
                  - { name: old, state: active, rules: [ { pcr: 4, values: ["%1$s"] }, { pcr: 7, values: ["%1$s"] } ] }
                  - { name: new, rules: [ { pcr: 4, values: ["%2$s"] }, { pcr: 7, values: ["%1$s"] } ] }
                  - { name: gone, state: retired, rules: [ { pcr: 4, values: ["%2$s"] } ] }
                """.formatted(ONE, TWO));
        Measured measured = Measured.read(
                        "identity.json",
                        "{\"ek\":{\"name\":\"x\"},\"pcrs\":{\"bank\":\"sha256\",\"values\":{\"4\":\"" + TWO
                                + "\",\"7\":\"" + ONE + "\",\"9\":\"" + ONE + "\"}}}")
                .orElseThrow();

        List<PolicyDiff.Judged> judged = PolicyDiff.of(policy, measured);

        assertThat(judged).extracting(PolicyDiff.Judged::alternative).containsExactly("old", "new");
        assertThat(judged.get(0).findings()).singleElement().satisfies(finding -> {
            assertThat(finding.pcr()).hasValue(4);
            assertThat(finding.expected()).containsExactly(ONE);
            assertThat(finding.found()).contains(TWO);
        });
        assertThat(judged.get(1).findings()).isEmpty();
    }
}
