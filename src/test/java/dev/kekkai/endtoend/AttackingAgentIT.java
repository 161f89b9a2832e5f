package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.id.NodeId;
import dev.kekkai.identity.CertificateAuthority;
import dev.kekkai.identity.ServerIdentity;
import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.agent.Relay;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.attack.InItsOwnProcess;
import dev.kekkai.testing.attack.Recorded;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.process.AgentNode;
import dev.kekkai.testing.process.Insider;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attacks with agents and a gateway as operators run them: copied machines, and somebody in the middle. Each begins with an agent that is let in. */
class AttackingAgentIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String KERNEL = "kernel";

    @TempDir
    Path folder;

    private final InItsOwnProcess gateway = InItsOwnProcess.shared();
    private BootedTpm tpm;
    private AgentNode node;
    private NodeId enrolled;

    @BeforeEach
    void a_node_that_is_let_in() throws Exception {
        tpm = BootedTpm.start();
        enrolled = gateway.enroll(tpm.ek());
        gateway.accept(enrolled, asBooted());
        node = installed("node", tpm, gateway.host().address());
    }

    private static Policy asBooted() {
        List<Rule> rules = new ArrayList<>();
        BootedTpm.pcrs(KERNEL)
                .forEach((pcr, value) -> rules.add(new Rule.Value(pcr, Set.of(Digest.of(HashAlg.SHA256, value)))));
        return NodeClient.policy(rules);
    }

    @AfterEach
    void its_tpm_is_gone() throws Exception {
        tpm.close();
    }

    private AgentNode installed(String name, BootedTpm with, Gateway at) throws Exception {
        return AgentNode.install(
                folder.resolve(name), place(with), gateway.host().roots(), List.of(at));
    }

    private static String place(BootedTpm of) {
        return "unix:" + of.address().path();
    }

    private static boolean ready(KekkaiProcess agent) throws Exception {
        return agent.probe("/readyz").statusCode() == 200;
    }

    private List<Recorded> refusals(String code, String who) throws Exception {
        return gateway.records().stream()
                .filter(record -> record.outcome().equals("refused")
                        && record.reason().startsWith(code + ": ")
                        && record.who().equals(who))
                .toList();
    }

    private String theNode() {
        return "node:" + enrolled;
    }

    private long certificates() throws Exception {
        return gateway.records().stream()
                .filter(record ->
                        record.action().equals("issue") && record.who().equals(theNode()))
                .count();
    }

    @Test
    void a_disk_image_of_the_node_started_elsewhere_with_another_tpm_is_refused() throws Exception {
        try (KekkaiProcess agent = node.serve();
                BootedTpm others = BootedTpm.start()) {
            await().atMost(PATIENCE).until(() -> ready(agent));
            String machine = "ek:" + others.ek().hex();
            try (KekkaiProcess thief = node.copied(folder.resolve("thief"), place(tpm), place(others))
                            .serve();
                    ApiserverSimulator apiserver = ApiserverSimulator.connect(thief.socket())) {
                await().atMost(PATIENCE).until(() -> thief.output().contains("unknown-ek"));

                assertThatThrownBy(apiserver::start).hasMessageContaining("unknown-ek");
                assertThat(ready(thief)).isFalse();
                assertThat(refusals("unknown-ek", machine))
                        .isNotEmpty()
                        .allSatisfy(record -> assertThat(record.action()).isEqualTo("attest"));
                assertThat(gateway.records())
                        .noneMatch(record ->
                                record.who().equals(machine) && record.outcome().equals("done"));
            }
            assertThat(ready(agent)).isTrue();
        }
    }

    @Test
    void a_cloned_vtpm_that_alternates_with_the_original_is_an_alarm_and_both_are_refused_and_evicted()
            throws Exception {
        try (BootedTpm copy = BootedTpm.booted(tpm.swtpm().cloned(), KERNEL)) {
            tpm.swtpm().losePower();
            BootedTpm.booted(tpm.swtpm(), KERNEL);
            try (KekkaiProcess original = node.serve()) {
                await().atMost(PATIENCE).until(() -> ready(original));
                try (KekkaiProcess clone = node.copied(folder.resolve("clone"), place(tpm), place(copy))
                        .serve()) {
                    await().atMost(PATIENCE)
                            .until(() -> !refusals("suspected-clone", theNode()).isEmpty());
                    long given = certificates();

                    await().atMost(PATIENCE)
                            .until(() -> original.output().contains("suspected-clone")
                                    && clone.output().contains("suspected-clone"));
                    assertThat(ready(original)).isFalse();
                    assertThat(ready(clone)).isFalse();
                    assertThat(gateway.output())
                            .contains("ALARM: two TLS keys of node")
                            .contains(enrolled.toString());

                    gateway.evict(enrolled);
                    await().atMost(PATIENCE)
                            .until(() -> original.output().contains("evicted")
                                    && clone.output().contains("evicted"));
                    assertThat(refusals("evicted", theNode())).hasSizeGreaterThanOrEqualTo(2);
                    assertThat(certificates()).as("given after the alarm").isEqualTo(given);
                }
            }
        }
    }

    @Test
    void an_agent_that_asks_for_another_tenants_key_is_refused() throws Exception {
        try (BootedTpm theirs = BootedTpm.start()) {
            NodeId other = gateway.enroll("other", theirs.ek());
            gateway.accept("other", other, asBooted());
            try (KekkaiProcess agent = node.serve();
                    KekkaiProcess others = installed(
                                    "others", theirs, gateway.host().address())
                            .serve();
                    KmsClient ours = agent.client();
                    KmsClient asks = others.client()) {
                await().atMost(PATIENCE).until(() -> ready(agent) && ready(others));
                ByteString dek = KmsClient.dek();
                EncryptResponse wrapped = ours.wrap(dek);
                EncryptResponse own = asks.wrap(dek);
                assertThat(asks.unwrap(own.getCiphertext(), own.getKeyId())).isEqualTo(dek);

                assertThat(KmsClient.refusal(() -> asks.unwrap(wrapped.getCiphertext(), wrapped.getKeyId()))
                                .getDescription())
                        .contains("KEK version");

                assertThat(gateway.records())
                        .filteredOn(record -> record.action().equals("unwrap")
                                && record.who().equals("node:" + other)
                                && record.outcome().equals("refused"))
                        .singleElement()
                        .satisfies(record -> assertThat(record.reason()).contains("KEK version"));
                assertThat(ours.unwrap(wrapped.getCiphertext(), wrapped.getKeyId()))
                        .isEqualTo(dek);
            }
        }
    }

    /** With a key that agents believe; so it is the gateway that finds out. */
    @Test
    void a_relay_in_the_middle_with_a_stolen_gateway_key_is_refused_by_the_gateway() throws Exception {
        Insider.StolenIdentity stolen = Insider.gateway(gateway.host().installation(), "localhost");
        try (Relay relay = Relay.start(stolen.key(), stolen.certificate(), gateway.attestPort(), gateway.roots());
                KekkaiProcess agent = installed("relayed", tpm, through(relay)).serve()) {
            await().atMost(PATIENCE).until(() -> agent.output().contains("extra-data"));

            assertThat(ready(agent)).isFalse();
            assertThat(relay.claims()).isPositive();
            assertThat(refusals("extra-data", theNode())).isNotEmpty().allSatisfy(record -> assertThat(record.action())
                    .isEqualTo("attest"));
            assertThat(certificates()).isZero();
        }
        theUnchangedRunPasses();
    }

    /** With a certificate that differs from the gateway's by its root alone. */
    @Test
    void a_relay_in_the_middle_without_a_gateway_key_hears_nothing_from_the_agent() throws Exception {
        ServerIdentity own = ServerIdentity.make(
                CertificateAuthority.of(new MemorySigningKey().generate(), "Kekkai server root 1", new SecureRandom()),
                List.of("localhost"),
                InstantSource.system());
        try (Relay relay = Relay.start(
                        own.getPrivateKey(own.chooseEngineServerAlias("EC", null, null)),
                        own.certificate(),
                        gateway.attestPort(),
                        gateway.roots());
                KekkaiProcess agent = installed("relayed", tpm, through(relay)).serve()) {
            await().atMost(PATIENCE).until(() -> agent.output().contains("does not come from any of the pinned roots"));

            assertThat(relay.claims()).isZero();
            assertThat(gateway.records()).noneMatch(record -> record.who().equals(theNode()));
        }
        theUnchangedRunPasses();
    }

    private Gateway through(Relay relay) {
        return new Gateway("localhost", gateway.servicePort(), relay.port());
    }

    private void theUnchangedRunPasses() throws Exception {
        try (KekkaiProcess agent = node.serve()) {
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(ready(agent)).as("%s", agent.output()).isTrue());
        }
        assertThat(certificates()).isEqualTo(1);
    }
}
