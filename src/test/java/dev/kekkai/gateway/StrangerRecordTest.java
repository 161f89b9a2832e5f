package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.CertificateAuthority;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.NodeName;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.gateway.TlsKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** On the attest port anybody can show a certificate with a name of a node in it: nobody is blamed for what a stranger did. */
class StrangerRecordTest {
    private final Denied busy = new Denied(Code.BUSY, "too many");
    private final NodeName name = new NodeName(TenantId.DEFAULT, new NodeId(UUID.randomUUID()));
    private final List<AuditEvent> records = new ArrayList<>();
    private final Register register = new Register(records::add, Runnable::run);

    private Peer peer() throws Exception {
        TlsKey key = TlsKey.fresh();
        CertificateAuthority own =
                CertificateAuthority.of(new MemorySigningKey().generate(), "Kekkai nodes", new SecureRandom());
        X509Certificate certificate = new NodeCertificates(own, Instant::now)
                .issue(name, key.pair().getPublic().getEncoded())
                .getFirst();
        assertThat(NodeName.of(certificate)).contains(name);
        return new Peer(certificate, "00", new byte[32], new byte[0], "192.0.2.7", 0, Duration.ofMinutes(10));
    }

    @Test
    void a_name_on_the_attest_port_is_nobody_s() throws Exception {
        register.refusedToBegin(Kind.ATTEST.action(), peer(), busy);

        assertThat(records).singleElement().satisfies(event -> {
            assertThat(event.caller().name()).isEqualTo("unknown@192.0.2.7");
            assertThat(event.tenant()).isNotEqualTo(TenantId.DEFAULT);
            assertThat(event.toString()).doesNotContain(name.node().toString());
        });
    }

    /** There the certificate is of our own CA, or the connection would not be. */
    @Test
    void a_name_on_the_service_port_is_the_node_s() throws Exception {
        register.refusedToBegin("serve", peer(), busy);

        assertThat(records).singleElement().satisfies(event -> {
            assertThat(event.caller().name()).contains(name.node().toString());
            assertThat(event.tenant()).isEqualTo(TenantId.DEFAULT);
        });
    }
}
