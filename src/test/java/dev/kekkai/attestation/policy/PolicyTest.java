package dev.kekkai.attestation.policy;

import static dev.kekkai.testing.attestation.LogWriter.EV_EFI_BOOT_SERVICES_APPLICATION;
import static dev.kekkai.testing.attestation.LogWriter.EV_SEPARATOR;
import static dev.kekkai.testing.attestation.LogWriter.agile;
import static dev.kekkai.testing.attestation.LogWriter.legacy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.attestation.eventlog.EventLog;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.pcr.PcrValues;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.testing.attestation.LogWriter;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyTest {
    private static final byte[] NO_LOG = new byte[0];
    private static final byte[] LOG = log("kernel 6.8");

    @Test
    void one_active_alternative_that_holds_is_enough() {
        Policy policy = policy(active("old", value(4, "kernel 6.6")), active("new", value(4, "kernel 6.8")));

        assertThat(policy.judge(measured(LOG), NO_LOG)).isEqualTo(new Outcome.Matched("new"));
    }

    @Test
    void all_rules_of_an_alternative_must_hold() {
        Policy policy = policy(active("a", value(4, "kernel 6.8"), value(7, "other keys")));

        assertThat(findings(policy.judge(measured(LOG), NO_LOG)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.reason()).isEqualTo(Reason.PCR_MISMATCH);
                    assertThat(finding.pcr()).hasValue(7);
                });
    }

    @Test
    void what_is_said_is_about_the_nearest_alternative() {
        Policy policy = policy(
                active("far", value(4, "x"), value(7, "y")), active("near", value(4, "kernel 6.8"), value(7, "y")));

        assertThat(findings(policy.judge(measured(LOG), NO_LOG)))
                .singleElement()
                .extracting(Finding::detail)
                .asString()
                .contains("'near'");
    }

    @Test
    void a_pending_alternative_accepts_nobody_and_is_offered() {
        Policy policy = policy(
                active("old", value(4, "kernel 6.6")),
                new Alternative("new", Alternative.State.PENDING, List.of(value(4, "kernel 6.8"))));

        assertThat(findings(policy.judge(measured(LOG), NO_LOG)).getFirst().detail())
                .contains("pending as 'new': activate that");
    }

    @Test
    void a_retired_alternative_accepts_nobody_and_is_named() {
        Policy policy = policy(
                active("new", value(4, "kernel 6.10")),
                new Alternative("old", Alternative.State.RETIRED, List.of(value(4, "kernel 6.8"))));

        assertThat(findings(policy.judge(measured(LOG), NO_LOG)).getFirst().detail())
                .contains("retired as 'old'");
    }

    @Test
    void states_only_go_forward() {
        Alternative pending = new Alternative("a", Alternative.State.PENDING, List.of(value(4, "x")));

        assertThat(pending.activate().state()).isEqualTo(Alternative.State.ACTIVE);
        assertThat(pending.activate().retire().state()).isEqualTo(Alternative.State.RETIRED);
        assertThatIllegalStateException().isThrownBy(pending::retire).withMessageContaining("add it again");
        assertThatIllegalStateException().isThrownBy(() -> pending.activate().activate());
        assertThatIllegalStateException()
                .isThrownBy(() -> pending.activate().retire().activate());
    }

    @Test
    void without_an_active_alternative_nobody_is_accepted() {
        assertThat(findings(policy().judge(measured(LOG), NO_LOG)))
                .extracting(Finding::reason)
                .containsExactly(Reason.POLICY_EMPTY);
    }

    @Test
    void the_selection_is_what_alternatives_in_use_speak_of() {
        assertThat(policy().selection().pcrs()).containsExactly(0, 2, 4, 7);
        assertThat(policy(
                                active("a", value(4, "x")),
                                new Alternative("b", Alternative.State.PENDING, List.of(value(7, "x"), value(11, "x"))),
                                new Alternative("c", Alternative.State.RETIRED, List.of(value(0, "x"))))
                        .selection()
                        .pcrs())
                .containsExactly(4, 7, 11);
    }

    @Test
    void a_zero_is_refused_before_any_alternative_is_asked() {
        SortedMap<Integer, Digest> zeros = new TreeMap<>();
        List.of(4, 7, 11).forEach(pcr -> zeros.put(pcr, Digest.of(HashAlg.SHA256, new byte[32])));
        PcrValues values = new PcrValues(Selection.of(HashAlg.SHA256, zeros.keySet()), zeros);
        Policy policy = policy(active("a", new Rule.LogAllows(4, Set.of(measuredDigest("x")))));

        assertThat(findings(policy.judge(values, NO_LOG)))
                .allSatisfy(finding -> {
                    assertThat(finding.reason()).isEqualTo(Reason.PCR_ZERO);
                    assertThat(finding.pcr().getAsInt()).isIn(4, 7);
                })
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 18, 19, 20, 21, 22})
    void what_every_machine_without_a_dynamic_launch_has_cannot_be_accepted(int pcr) {
        byte[] ones = new byte[32];
        Arrays.fill(ones, (byte) 0xFF);
        Digest untouched = Digest.of(HashAlg.SHA256, ones);

        assertThatThrownBy(() -> new Rule.Value(pcr, Set.of(untouched)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be accepted as all ones");
        assertThat(new Rule.Value(pcr, Set.of(measuredDigest("launch"))).pcr()).isEqualTo(pcr);
        assertThat(new Rule.Value(16, Set.of(untouched)).pcr()).isEqualTo(16);
    }

    @Test
    void a_dynamic_launch_is_in_no_event_log_so_no_rule_reads_it_there() {
        Set<Digest> launch = Set.of(measuredDigest("launch"));

        assertThatThrownBy(() -> new Rule.LogAllows(17, launch)).hasMessageContaining("a dynamic launch is not in it");
        assertThatThrownBy(() -> new Rule.LogRequires(17, launch)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Rule.LogForbids(22, launch)).isInstanceOf(IllegalArgumentException.class);
        assertThat(new Rule.LogAllows(16, launch).pcr()).isEqualTo(16);
    }

    @Test
    void a_rule_on_a_pcr_that_was_not_quoted_is_never_taken_as_held() {
        Policy policy =
                policy(active("a", value(4, "kernel 6.8"), new Rule.LogForbids(9, Set.of(measuredDigest("x")))));

        assertThat(findings(policy.judge(measured(LOG), LOG)))
                .extracting(Finding::reason)
                .containsExactly(Reason.PCR_SELECTION);
    }

    @Test
    void rules_on_the_log_hold_for_a_log_that_replays() {
        Policy policy = policy(active(
                "a",
                new Rule.LogAllows(4, Set.of(measuredDigest("shim"), measuredDigest("kernel 6.8"))),
                new Rule.LogRequires(4, Set.of(measuredDigest("shim"))),
                new Rule.LogForbids(7, Set.of(measuredDigest("revoked key"))),
                value(7, "keys")));

        assertThat(policy.judge(measured(LOG), LOG)).isEqualTo(new Outcome.Matched("a"));
    }

    @Test
    void a_stranger_in_the_log_is_named_by_its_digest() {
        Policy policy = policy(active("a", new Rule.LogAllows(4, Set.of(measuredDigest("shim")))));

        assertThat(findings(policy.judge(measured(LOG), LOG))).singleElement().satisfies(finding -> {
            assertThat(finding.reason()).isEqualTo(Reason.EVENT_NOT_ALLOWED);
            assertThat(finding.found()).contains(measuredDigest("kernel 6.8").hex());
            assertThat(finding.detail()).contains("event 2");
        });
    }

    @Test
    void what_is_required_or_forbidden_is_looked_for_in_its_own_pcr_only() {
        assertThat(reasons(logRule(new Rule.LogRequires(7, Set.of(measuredDigest("shim"))))))
                .containsExactly(Reason.EVENT_REQUIRED);
        assertThat(reasons(logRule(new Rule.LogForbids(4, Set.of(measuredDigest("shim"))))))
                .containsExactly(Reason.EVENT_FORBIDDEN);
        assertThat(policy(active("a", value(4, "kernel 6.8"), new Rule.LogForbids(7, Set.of(measuredDigest("shim")))))
                        .judge(measured(LOG), LOG))
                .isInstanceOf(Outcome.Matched.class);
    }

    @Test
    void a_log_that_is_missing_or_unreadable_is_found_once_however_many_rules_speak_of_it() {
        Policy policy = policy(active(
                "a",
                new Rule.LogAllows(4, Set.of(measuredDigest("shim"))),
                new Rule.LogAllows(7, Set.of(measuredDigest("shim")))));

        assertThat(findings(policy.judge(measured(LOG), NO_LOG)))
                .extracting(Finding::reason)
                .containsExactly(Reason.EVENT_LOG_MISSING);
        assertThat(findings(policy.judge(measured(LOG), new byte[10])))
                .extracting(Finding::reason)
                .containsExactly(Reason.EVENT_LOG_SHAPE);
    }

    @Test
    void a_raw_policy_does_not_read_the_log() {
        assertThat(policy(active("a", value(4, "kernel 6.8"))).judge(measured(LOG), new byte[10]))
                .isInstanceOf(Outcome.Matched.class);
    }

    @Test
    void a_log_that_lacks_a_pcr_or_its_bank_or_another_value_is_not_believed() {
        Rule rule = new Rule.LogAllows(4, Set.of(measuredDigest("shim"), measuredDigest("kernel 6.8")));
        byte[] lacksPcr = agile(HashAlg.SHA256).event(7, EV_SEPARATOR, "keys").bytes();
        byte[] lacksBank = agile(HashAlg.SHA1).event(4, EV_SEPARATOR, "shim").bytes();
        byte[] oldFormat = legacy().event(4, EV_SEPARATOR, "shim").bytes();
        Policy policy = policy(active("a", rule));

        assertThat(findings(policy.judge(measured(LOG), lacksPcr)))
                .extracting(Finding::reason)
                .containsExactly(Reason.EVENT_LOG_LACKS_PCR);
        assertThat(findings(policy.judge(measured(LOG), lacksBank)))
                .extracting(Finding::reason)
                .containsExactly(Reason.EVENT_LOG_BANK);
        assertThat(findings(policy.judge(measured(LOG), oldFormat)))
                .extracting(Finding::reason)
                .containsExactly(Reason.EVENT_LOG_BANK);
        assertThat(findings(policy.judge(measured(log("evil")), LOG)))
                .extracting(Finding::reason)
                .containsExactly(Reason.EVENT_LOG_REPLAY);
        assertThat(policy.judge(measured(LOG), LOG)).isInstanceOf(Outcome.Matched.class);
    }

    /** Were types believed, a policy that looked at boot applications alone would not see this one. */
    @Test
    void the_type_of_an_event_hides_nothing_and_adds_nothing() {
        Rule rule = new Rule.LogAllows(4, Set.of(measuredDigest("shim"), measuredDigest("kernel 6.8")));
        byte[] otherTypes = agile(HashAlg.SHA256)
                .event(4, EV_SEPARATOR, "shim")
                .event(4, LogWriter.EV_IPL, "kernel 6.8")
                .event(7, EV_EFI_BOOT_SERVICES_APPLICATION, "keys")
                .bytes();
        byte[] hidden = agile(HashAlg.SHA256)
                .event(4, EV_EFI_BOOT_SERVICES_APPLICATION, "shim")
                .event(4, EV_SEPARATOR, "evil")
                .bytes();
        byte[] hiddenAsNoAction = agile(HashAlg.SHA256)
                .event(4, EV_EFI_BOOT_SERVICES_APPLICATION, "shim")
                .event(4, LogWriter.EV_NO_ACTION, "evil")
                .bytes();

        assertThat(policy(active("a", rule)).judge(measured(LOG), otherTypes)).isInstanceOf(Outcome.Matched.class);
        assertThat(findings(policy(active("a", rule)).judge(measured(log("evil")), hidden)))
                .extracting(Finding::reason)
                .containsExactly(Reason.EVENT_NOT_ALLOWED);
        assertThat(findings(policy(active("a", rule)).judge(measured(log("evil")), hiddenAsNoAction)))
                .extracting(Finding::reason)
                .containsExactly(Reason.EVENT_LOG_REPLAY);
    }

    /** The data is what people read; the digest is what counts. */
    @Test
    void the_data_of_an_event_hides_nothing() {
        Map<HashAlg, byte[]> evil =
                Map.of(HashAlg.SHA256, measuredDigest("evil").bytes());
        byte[] disguised = agile(HashAlg.SHA256)
                .event(4, EV_EFI_BOOT_SERVICES_APPLICATION, "shim")
                .event(4, EV_EFI_BOOT_SERVICES_APPLICATION, evil, "kernel 6.8".getBytes(StandardCharsets.UTF_8))
                .bytes();
        Rule rule = new Rule.LogAllows(4, Set.of(measuredDigest("shim"), measuredDigest("kernel 6.8")));

        assertThat(findings(policy(active("a", rule)).judge(measured(log("evil")), disguised)))
                .extracting(Finding::reason)
                .containsExactly(Reason.EVENT_NOT_ALLOWED);
    }

    private static List<Reason> reasons(Policy policy) {
        return findings(policy.judge(measured(LOG), LOG)).stream()
                .map(Finding::reason)
                .toList();
    }

    private static Policy logRule(Rule rule) {
        return policy(active("a", value(4, "kernel 6.8"), rule));
    }

    private static byte[] log(String kernel) {
        return agile(HashAlg.SHA256)
                .event(4, EV_EFI_BOOT_SERVICES_APPLICATION, "shim")
                .event(7, EV_SEPARATOR, "keys")
                .event(4, EV_EFI_BOOT_SERVICES_APPLICATION, kernel)
                .bytes();
    }

    /** What a TPM would sign after that log. */
    private static PcrValues measured(byte[] log) {
        SortedMap<Integer, Digest> values = new TreeMap<>();
        for (int pcr : new int[] {4, 7, 11}) {
            values.put(pcr, replay(log, pcr));
        }
        return new PcrValues(Selection.of(HashAlg.SHA256, values.keySet()), values);
    }

    private static Digest replay(byte[] log, int pcr) {
        try {
            return EventLog.parse(log).replay(HashAlg.SHA256, pcr);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The value of PCR 4 after shim and that kernel, or of another PCR after that text. */
    private static Rule value(int pcr, String measured) {
        byte[] log = pcr == 4
                ? log(measured)
                : agile(HashAlg.SHA256).event(pcr, EV_SEPARATOR, measured).bytes();
        return new Rule.Value(pcr, Set.of(replay(log, pcr)));
    }

    private static Digest measuredDigest(String text) {
        return Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Alternative active(String name, Rule... rules) {
        return new Alternative(name, Alternative.State.ACTIVE, List.of(rules));
    }

    private static Policy policy(Alternative... alternatives) {
        return new Policy(HashAlg.SHA256, TrustClass.VOUCHED, OptionalLong.empty(), false, List.of(alternatives));
    }

    private static List<Finding> findings(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Mismatched.class);
        return ((Outcome.Mismatched) outcome).findings();
    }
}
