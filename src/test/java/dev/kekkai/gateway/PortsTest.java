package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.CertificateAuthority;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.NodeName;
import dev.kekkai.identity.ServerRoots;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.dek.MemoryDekService;
import dev.kekkai.testing.fleet.MemoryFleet;
import dev.kekkai.testing.gateway.NodeClient.Talk;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TestGateway;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.wire.gateway.v1.FromNode;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may connect to which port, and how. */
class PortsTest {
    private final MemoryFleet fleet = new MemoryFleet();
    private final ServerRoots.Keys keys = TestGateway.memoryKeys();
    private TestGateway gateway;

    @BeforeEach
    void a_gateway() throws Exception {
        gateway = gateway(1);
    }

    @AfterEach
    void ends() {
        gateway.close();
    }

    private TestGateway gateway(int root) throws Exception {
        return TestGateway.start("gateway-" + root, fleet, new MemoryDekService(), keys, root, GatewayLimits.DEFAULT);
    }

    @Test
    void the_attest_port_takes_any_key_on_p_256_that_signed_itself() throws Exception {
        assertThat(status(gateway.attestPort(), TlsKey.fresh(), true)).isEqualTo(Status.Code.PERMISSION_DENIED);
    }

    @Test
    void the_attest_port_takes_no_other_key() throws Exception {
        TlsKey p384 = TlsKey.fresh("EC", "secp384r1", "SHA384withECDSA");
        TlsKey sound = TlsKey.fresh();
        TlsKey borrowed = new TlsKey(
                sound.pair(),
                List.of(TlsKey.selfSigned(sound.pair(), TlsKey.fresh().pair().getPrivate(), "SHA256withECDSA")));
        TlsKey two = new TlsKey(
                sound.pair(), List.of(sound.chain().getFirst(), p384.chain().getFirst()));

        assertThat(List.of(p384, borrowed, two)).allSatisfy(key -> assertThat(status(gateway.attestPort(), key, true))
                .isEqualTo(Status.Code.UNAVAILABLE));
    }

    @Test
    void the_attest_port_does_nothing_else() throws Exception {
        assertThat(status(gateway.attestPort(), TlsKey.fresh(), false)).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    @Test
    void the_service_port_takes_no_certificate_but_those_of_our_client_ca() throws Exception {
        TlsKey node = TlsKey.fresh();
        NodeName name = new NodeName(TenantId.DEFAULT, new NodeId(UUID.randomUUID()));
        CertificateAuthority another =
                CertificateAuthority.of(new MemorySigningKey().generate(), "Kekkai nodes", new SecureRandom());
        byte[] spki = node.pair().getPublic().getEncoded();
        TlsKey strangers = node.with(new NodeCertificates(another, Instant::now).issue(name, spki));
        TlsKey ours = node.with(gateway.certificates().issue(name, spki));

        assertThat(status(gateway.servicePort(), node, false)).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status(gateway.servicePort(), strangers, false)).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status(gateway.servicePort(), ours, false)).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(status(gateway.servicePort(), ours, true)).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    /** A gateway's own certificate is of the other CA, and for a server. */
    @Test
    void the_service_port_takes_no_gateways_certificate() throws Exception {
        TlsKey gateways = new TlsKey(
                new java.security.KeyPair(
                        gateway.identity().certificate().getPublicKey(),
                        gateway.identity().getPrivateKey(gateway.identity().chooseEngineServerAlias("EC", null, null))),
                List.of(gateway.identity().certificate()));

        assertThat(status(gateway.servicePort(), gateways, false)).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void nothing_older_than_tls_1_3_is_spoken() throws Exception {
        SSLContext context = context(TlsKey.fresh());

        assertThatThrownBy(() -> connect(context, gateway.attestPort(), "TLSv1.2"))
                .isInstanceOf(SSLException.class);
        assertThat(connect(context, gateway.attestPort(), "TLSv1.3")).isPositive();
    }

    /** A client that would resume if it were given a ticket makes a whole handshake each time. */
    @Test
    void no_connection_is_resumed() throws Exception {
        SSLContext context = context(TlsKey.fresh());

        long first = connect(context, gateway.attestPort(), "TLSv1.3");
        await().until(() -> System.currentTimeMillis() > first);

        assertThat(connect(context, gateway.attestPort(), "TLSv1.3"))
                .as("a resumed session is as old as the one that it goes on with")
                .isGreaterThan(first);
    }

    @Test
    void refusals_of_a_stranger_are_counted_when_they_are_too_many_to_record() throws Exception {
        ManagedChannel channel =
                TlsKey.fresh().channel(gateway.attestPort(), gateway.roots().certificates());
        try {
            for (int i = 0; i < 150; i++) {
                refused(channel);
            }
            assertThat(gateway.audited()).hasSizeBetween(50, 149);
            await().until(() -> {
                refused(channel);
                return gateway.last("attest").orElseThrow().reason().contains("more refusals since the last record");
            });
        } finally {
            channel.shutdownNow();
        }
    }

    /** An empty message, on a stream of its own that the gateway ends. */
    private static void refused(ManagedChannel channel) {
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(() -> Talk.to(channel, true).challenge(new byte[0]))
                .satisfies(answer -> assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
    }

    @Test
    void one_address_may_not_have_all_connections() throws Exception {
        GatewayLimits preset = GatewayLimits.DEFAULT;
        GatewayLimits few = new GatewayLimits(
                100,
                preset.attestations(),
                preset.attestationsPerSource(),
                preset.inFlight(),
                preset.challenge(),
                preset.policyGrace(),
                preset.connectionAge(),
                preset.attestAge(),
                preset.ageGrace(),
                preset.drain());
        List<Socket> open = new ArrayList<>();
        try (TestGateway small = TestGateway.start("gateway-2", fleet, new MemoryDekService(), keys, 1, few)) {
            for (int i = 0; i < 64; i++) {
                open.add(connected(small, "127.0.0.1"));
            }
            try (Socket tooMany = connected(small, "127.0.0.1");
                    Socket another = connected(small, "127.0.0.2")) {
                assertThat(closed(tooMany)).isTrue();
                assertThat(closed(another)).isFalse();
            }
            open.removeLast().close();
            await().until(() -> {
                try (Socket again = connected(small, "127.0.0.1")) {
                    return !closed(again);
                }
            });
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private static Socket connected(TestGateway gateway, String from) throws Exception {
        return new Socket(InetAddress.getLoopbackAddress(), gateway.attestPort(), InetAddress.getByName(from), 0);
    }

    /** A server that says nothing while it waits for a handshake has not closed the connection. */
    private static boolean closed(Socket socket) throws Exception {
        socket.setSoTimeout(500);
        try {
            return socket.getInputStream().read() == -1;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void a_root_is_exchanged_without_touching_the_nodes() throws Exception {
        NodeName name = new NodeName(TenantId.DEFAULT, new NodeId(UUID.randomUUID()));
        TlsKey node = TlsKey.fresh();
        TlsKey certified = node.with(
                gateway.certificates().issue(name, node.pair().getPublic().getEncoded()));
        List<X509Certificate> known = gateway.roots().certificates();
        try (TestGateway exchanged = gateway(2)) {
            assertThat(exchanged.identity().certificate().getIssuerX500Principal())
                    .isEqualTo(known.getLast().getSubjectX500Principal());
            assertThat(served(exchanged, certified, known))
                    .as("by the standby")
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(served(exchanged, certified, known.subList(0, 1)))
                    .as("by the old one alone")
                    .isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(served(gateway, certified, exchanged.roots().certificates()))
                    .as("who was told the new ones trusts the old one no more")
                    .isEqualTo(Status.Code.UNAVAILABLE);
        }
    }

    private static Status.Code served(TestGateway gateway, TlsKey key, List<X509Certificate> roots) throws Exception {
        try (ServeClient serve = ServeClient.open(gateway.servicePort(), key, roots)) {
            return Status.fromThrowable(serve.end()).getCode();
        }
    }

    /** What an empty message of an attestation, or of a renewal, is answered. */
    private Status.Code status(int port, TlsKey key, boolean attestation) throws Exception {
        Status.Code[] code = new Status.Code[1];
        try (Talk talk = Talk.to(key.channel(port, gateway.roots().certificates()), attestation)) {
            assertThatExceptionOfType(StatusException.class)
                    .isThrownBy(() -> talk.send(FromNode.newBuilder()
                            .setInit(com.google.protobuf.ByteString.EMPTY)
                            .build()))
                    .satisfies(answer -> code[0] = answer.getStatus().getCode());
        }
        return code[0];
    }

    private SSLContext context(TlsKey key) throws Exception {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "node", key.pair().getPrivate(), new char[0], key.chain().toArray(X509Certificate[]::new));
        own.setCertificateEntry("root", gateway.roots().active().certificate());
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(own, new char[0]);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(own);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    /** Connects and reads the first frame, after which whatever tickets there are have come; answers when the session was made. */
    private static long connect(SSLContext context, int port, String protocol) throws Exception {
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setEnabledProtocols(new String[] {protocol});
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            assertThat(socket.getInputStream().readNBytes(9)).hasSize(9);
            return socket.getSession().getCreationTime();
        }
    }
}
