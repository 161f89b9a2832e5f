package dev.kekkai.endtoend;

import dev.kekkai.testing.admin.ApiClient;
import dev.kekkai.testing.admin.OidcIssuer;
import dev.kekkai.testing.admin.OperatorCertificates;
import dev.kekkai.testing.process.GatewayHost;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/** A server with an admin API, an issuer, and operators' certificates. */
record AdminApiFixture(
        Installation kekkai, KekkaiProcess server, OidcIssuer issuer, OperatorCertificates certificates, int port)
        implements AutoCloseable {
    /** Something to be done before the server starts. */
    interface Preparation {
        void of(Installation kekkai) throws Exception;
    }

    static AdminApiFixture start(Path folder) throws Exception {
        return start(folder, kekkai -> {});
    }

    static AdminApiFixture start(Path folder, Preparation preparation) throws Exception {
        Installation kekkai = Installation.withKey(folder);
        return start(folder, kekkai, preparation, kekkai::serve, List.of());
    }

    /** How a server is started. */
    private interface Start {
        KekkaiProcess serve() throws Exception;
    }

    /** Adds the admin API to a gateway, and starts it. */
    static AdminApiFixture start(Path folder, GatewayHost host) throws Exception {
        return start(
                folder,
                host.installation(),
                kekkai -> {},
                host::serve,
                List.of(host.address().servicePort(), host.address().attestPort()));
    }

    private static AdminApiFixture start(
            Path folder, Installation kekkai, Preparation preparation, Start start, List<Integer> others)
            throws Exception {
        OperatorCertificates certificates = OperatorCertificates.in(folder.resolve("certificates"))
                .issue("operators-ca", "alice", "/O=Example/CN=alice", "email:alice@example.net")
                .issue("operators-ca", "console", "/CN=console", "DNS:console.example.net")
                .issue("operators-ca", "mallory", "/O=Example/CN=mallory", "DNS:mallory.example.net")
                .issue("other-ca", "stranger", "/O=Example/CN=alice", "DNS:console.example.net");
        OidcIssuer issuer = OidcIssuer.start();
        configure(kekkai, certificates, issuer.url());
        preparation.of(kekkai);
        KekkaiProcess server = start.serve();
        return new AdminApiFixture(
                kekkai, server, issuer, certificates, adminPort(server, others.toArray(Integer[]::new)));
    }

    static void configure(Installation kekkai, OperatorCertificates certificates, String issuer) throws Exception {
        String section = """
              admin:
                listen: 127.0.0.1:0
                tls-certificate-file: %s
                tls-key-file: %s
                client-ca-file: %s
                oidc:
                  issuer: %s
                groups:
                  viewer: [kekkai-viewers]
                  operator: [kekkai-operators]
                  approver: [kekkai-approvers]
                  auditor: [kekkai-auditors]
                certificates:
                  operator: ["/O=Example/CN=alice"]
                  viewer: ["DNS:console.example.net"]
            """.formatted(
                        certificates.file("server.crt"),
                        certificates.file("server.key"),
                        certificates.file("operators-ca.crt"),
                        issuer);
        kekkai.edit("  management:\n", section + "  management:\n");
    }

    /** The listener that is neither the management port, which answers plain HTTP, nor one of these. */
    static int adminPort(KekkaiProcess server, Integer... others) throws Exception {
        for (InetSocketAddress listener : server.listeners()) {
            if (listener.getPort() != server.managementPort()
                    && !List.of(others).contains(listener.getPort())) {
                return listener.getPort();
            }
        }
        throw new AssertionError("there is no admin listener; the server said: " + server.output());
    }

    ApiClient anonymous() throws Exception {
        return ApiClient.anonymous(port, certificates);
    }

    ApiClient in(String group) throws Exception {
        return anonymous().withToken(issuer.token("somebody of " + group, group));
    }

    @Override
    public void close() {
        server.close();
        issuer.close();
    }
}
