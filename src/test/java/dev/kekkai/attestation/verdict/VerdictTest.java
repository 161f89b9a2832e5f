package dev.kekkai.attestation.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final Finding MISMATCH =
            Finding.ofPcr(Reason.PCR_MISMATCH, "not the \"kernel\"", 4, List.of("aa", "bb"), Optional.of("cc"));
    private static final Verdict.Quoted QUOTED =
            new Verdict.Quoted("000bff", new BootCounters(-1, 2), 0x0007_0002_0003_0001L, TrustClass.HARDWARE);

    @Test
    void a_refusal_reads_as_a_sentence_and_parses_as_json() {
        Verdict refused = new Verdict.Refused(List.of(MISMATCH, Finding.of(Reason.FIRMWARE, "too old", "7", "6")));

        assertThat(refused).hasToString("""
                refused: pcr-mismatch: PCR 4: not the "kernel"; expected aa or bb; found cc
                  and: firmware: too old; expected 7; found 6""");
        assertThat(VerdictJson.of(refused)).isEqualTo("""
                {"v":1,"verdict":"refused","reason":"pcr-mismatch","findings":[\
                {"reason":"pcr-mismatch","detail":"not the \\"kernel\\"","pcr":4,"expected":["aa","bb"],"found":"cc"},\
                {"reason":"firmware","detail":"too old","expected":["7"],"found":"6"}]}""");
    }

    @Test
    void an_acceptance_says_what_the_tpm_said_of_itself() {
        Verdict accepted = new Verdict.Accepted(QUOTED, Optional.of("kernel 6.8"), List.of());

        assertThat(accepted)
                .hasToString("accepted: AK 000bff, trust class hardware, firmware 0007000200030001,"
                        + " reset 4294967295, restart 2; matches 'kernel 6.8'");
        assertThat(VerdictJson.of(accepted)).isEqualTo("""
                {"v":1,"verdict":"accepted","reason":"","ak_name":"000bff","trust":"hardware","firmware":"0007000200030001",\
                "reset_count":4294967295,"restart_count":2,"alternative":"kernel 6.8","findings":[]}""");
    }

    @Test
    void what_an_audit_only_policy_tolerates_is_told() {
        Verdict tolerated = new Verdict.Accepted(QUOTED, Optional.empty(), List.of(MISMATCH));

        assertThat(tolerated.toString()).contains("\n  audit only, tolerated: pcr-mismatch: PCR 4:");
        assertThat(VerdictJson.of(tolerated))
                .contains("\"alternative\":\"\",\"findings\":[{\"reason\":\"pcr-mismatch\"");
    }

    @Test
    void of_many_expected_values_a_person_sees_a_few_and_a_machine_all() {
        Finding many = Finding.ofPcr(Reason.PCR_MISMATCH, "d", 4, Collections.nCopies(50, "aa"), Optional.empty());

        assertThat(many.toString()).endsWith("expected aa or aa or aa or one of 47 more");
        assertThat(VerdictJson.of(new Verdict.Refused(many)).split("\"aa\"", -1))
                .hasSize(51);
    }

    @Test
    void nobody_is_refused_without_a_reason() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Verdict.Refused(List.of()));
    }

    /** Scripts and the audit trail keep them: whoever changes one breaks this on purpose. */
    @Test
    void codes_are_stable() {
        assertThat(Arrays.stream(Reason.values()).map(Reason::code))
                .containsExactly(
                        "tls-key",
                        "ek-template",
                        "ek-not-enrolled",
                        "ek-weak",
                        "ek-certificate",
                        "ek-certificate-key",
                        "ek-certificate-profile",
                        "ek-chain",
                        "trust-class",
                        "ak-template",
                        "ak-not-pinned",
                        "attest-shape",
                        "signature-shape",
                        "pcr-values-shape",
                        "signature",
                        "magic",
                        "type",
                        "extra-data",
                        "qualified-signer",
                        "pcr-bank",
                        "pcr-selection",
                        "pcr-digest",
                        "policy-empty",
                        "pcr-zero",
                        "pcr-mismatch",
                        "event-log-missing",
                        "event-log-shape",
                        "event-log-bank",
                        "event-log-lacks-pcr",
                        "event-log-replay",
                        "event-not-allowed",
                        "event-required",
                        "event-forbidden",
                        "firmware",
                        "boot-counters");
    }
}
