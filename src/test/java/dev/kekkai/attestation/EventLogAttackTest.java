package dev.kekkai.attestation;

import static dev.kekkai.attestation.AttestationTest.accepted;
import static dev.kekkai.attestation.AttestationTest.reason;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.testing.attestation.LogWriter;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attacks by way of the event log, which comes from the node and is signed by nobody. */
class EventLogAttackTest {
    private Node node;
    private Trial trial;

    @BeforeEach
    void a_node_that_is_let_in() throws Exception {
        node = Node.blank().boot("kernel 6.8");
        trial = new Trial(node, EkTemplate.L_2);
        underALogPolicy();
    }

    @AfterEach
    void its_tpm_is_gone() throws Exception {
        node.close();
    }

    @Test
    void an_event_log_that_does_not_replay_is_refused() throws Exception {
        byte[] sound = node.eventLog();
        node.measure(4, "bootkit");
        trial.evidence = sent -> withLog(sent, sound);

        assertThat(reason(trial.run())).isEqualTo(Reason.EVENT_LOG_REPLAY);
        trial.evidence = sent -> sent;
        assertThat(reason(trial.run())).as("the true log shows it").isEqualTo(Reason.EVENT_NOT_ALLOWED);
    }

    @Test
    void an_event_log_that_lacks_a_pcr_of_the_policy_is_refused() throws Exception {
        byte[] without = LogWriter.agile(HashAlg.SHA1, HashAlg.SHA256)
                .event(7, LogWriter.EV_SEPARATOR, "secure boot keys")
                .bytes();
        trial.evidence = sent -> withLog(sent, without);

        assertThat(reason(trial.run())).isEqualTo(Reason.EVENT_LOG_LACKS_PCR);
        trial.evidence = sent -> withLog(sent, new byte[0]);
        assertThat(reason(trial.run())).isEqualTo(Reason.EVENT_LOG_MISSING);
        trial.evidence = sent -> withLog(sent, new byte[100]);
        assertThat(reason(trial.run())).isEqualTo(Reason.EVENT_LOG_SHAPE);
        trial.evidence = sent -> sent;
        accepted(trial.run());
    }

    @Test
    void forged_event_types_hide_nothing() throws Exception {
        node.measure(4, "bootkit");
        trial.evidence = sent -> withLog(sent, bootkitAs(LogWriter.EV_SEPARATOR));
        assertThat(reason(trial.run())).isEqualTo(Reason.EVENT_NOT_ALLOWED);
        trial.evidence = sent -> withLog(sent, bootkitAs(LogWriter.EV_NO_ACTION));
        assertThat(reason(trial.run())).isEqualTo(Reason.EVENT_LOG_REPLAY);
    }

    /** PCR 4 and 7 in terms of the log; the run is accepted under it. */
    private void underALogPolicy() throws Exception {
        trial.policy = Trial.policy(List.of(
                new Rule.LogAllows(4, Set.of(Trial.measured("shim"), Trial.measured("kernel 6.8"))),
                new Rule.LogAllows(7, Set.of(Trial.measured("secure boot keys"))),
                new Rule.LogAllows(0, Set.of(Trial.measured("firmware"))),
                new Rule.LogAllows(2, Set.of(Trial.measured("option rom")))));
        accepted(trial.run());
    }

    private static byte[] bootkitAs(int type) {
        return LogWriter.agile(HashAlg.SHA1, HashAlg.SHA256)
                .event(0, LogWriter.EV_SEPARATOR, "firmware")
                .event(2, LogWriter.EV_SEPARATOR, "option rom")
                .event(4, LogWriter.EV_EFI_BOOT_SERVICES_APPLICATION, "shim")
                .event(4, LogWriter.EV_EFI_BOOT_SERVICES_APPLICATION, "kernel 6.8")
                .event(7, LogWriter.EV_SEPARATOR, "secure boot keys")
                .event(4, type, "bootkit")
                .bytes();
    }

    private static Evidence withLog(Evidence sent, byte[] log) {
        return new Evidence(sent.attest(), sent.signature(), sent.pcrValues(), log);
    }
}
