package dev.kekkai.fleet;

import static dev.kekkai.fleet.Gateway.TENANT;
import static dev.kekkai.fleet.Gateway.ek;
import static dev.kekkai.fleet.Gateway.order;
import static dev.kekkai.fleet.Gateway.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.fleet.policy.PolicyText;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was decided can be read in the audit trail, whose records are cut at 512 characters, however much it was. */
class FleetRecordsTest {
    private static final int MACHINES = 20;
    private static final int RECORD = 512;

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

    private List<String> recorded(String action, Outcome outcome) {
        return gateway.recorded.stream()
                .filter(event -> event.action().equals(action) && event.outcome() == outcome)
                .map(AuditEvent::reason)
                .toList();
    }

    private static List<EnrollRequest> machines() {
        return IntStream.rangeClosed(1, MACHINES)
                .mapToObj(number -> request("cp-" + number, ek(number)))
                .toList();
    }

    @Test
    void each_machine_of_a_file_has_a_record_that_says_its_whole_ek() throws Exception {
        gateway.administration.enroll(order(), machines());

        List<String> records = recorded("node.enroll", Outcome.DONE);
        assertThat(records).hasSize(MACHINES).allMatch(reason -> reason.length() <= RECORD);
        for (int number = 1; number <= MACHINES; number++) {
            assertThat(records.get(number - 1))
                    .startsWith("cp-" + number + " (EK " + ek(number).hex());
        }
    }

    @Test
    void a_file_that_is_refused_has_one_record() throws Exception {
        gateway.enrolled("other", ek(MACHINES));
        gateway.recorded.clear();

        assertThatThrownBy(() -> gateway.administration.enroll(order(), machines()))
                .isInstanceOf(FleetException.class);

        assertThat(recorded("node.enroll", Outcome.DONE)).isEmpty();
        assertThat(recorded("node.enroll", Outcome.REFUSED))
                .singleElement()
                .asString()
                .startsWith(MACHINES + " machines, all or none: cp-1 ");
    }

    @Test
    void the_record_of_a_policy_says_which_document_it_is() throws Exception {
        gateway.administration.putPolicy(
                order(),
                "control-plane",
                new Policy(HashAlg.SHA256, TrustClass.VOUCHED, OptionalLong.empty(), true, List.of()));

        byte[] inForce =
                PolicyText.canonical(gateway.fleet.view().policies().get(new FleetView.Group(TENANT, "control-plane")));
        assertThat(recorded("policy.put", Outcome.DONE))
                .containsExactly("control-plane: put whole, SHA-256 of the document "
                        + HexFormat.of().formatHex(HashAlg.SHA256.digest(inForce)));
    }
}
