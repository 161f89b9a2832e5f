package dev.kekkai.testing.process;

import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.CertificateAuthority;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.NodeName;
import dev.kekkai.identity.ServerIdentity;
import dev.kekkai.identity.ServerRoots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/** Has a gateway's HSM sign certificates, as somebody with its PIN could, beside the gateway that uses it. */
public final class Insider {
    private Insider() {}

    /** A gateway's TLS key and certificate, as a thief reads them out of its memory. */
    public record StolenIdentity(PrivateKey key, X509Certificate certificate) {}

    /** A node's certificate as of any time, then its issuer's. */
    public static List<X509Certificate> nodeCertificate(Installation gateway, NodeId node, byte[] spki, Instant issued)
            throws IOException, InterruptedException, GeneralSecurityException {
        List<byte[]> lines = said(gateway.runInOwnJvm(
                Insider.class,
                gateway.config().toString(),
                node.toString(),
                Base64.getEncoder().encodeToString(spki),
                issued.toString()));
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : lines) {
            certificates.add(certificate(der));
        }
        return certificates;
    }

    /** One more of a gateway's own, with the names that it is reached by. */
    public static StolenIdentity gateway(Installation gateway, String... names)
            throws IOException, InterruptedException, GeneralSecurityException {
        List<byte[]> lines =
                said(gateway.runInOwnJvm(Insider.class, gateway.config().toString(), String.join(",", names)));
        return new StolenIdentity(
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(lines.getFirst())),
                certificate(lines.getLast()));
    }

    private static List<byte[]> said(Finished finished) {
        return finished.succeeded()
                .out()
                .lines()
                .filter(line -> line.startsWith("der "))
                .map(line -> Base64.getDecoder().decode(line.substring("der ".length())))
                .toList();
    }

    private static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /** Makes what the arguments after the configuration say: of a node its UUID, public key and time, of a gateway its names. */
    public static void main(String[] arguments) throws Exception {
        KekkaiConfig config = ConfigFile.load(Path.of(arguments[0]), java.util.Map.of());
        SecureRandom random = new SecureRandom();
        try (Pkcs11Token token = Pkcs11Token.open(config.custody(), Files.createTempDirectory("insider"))) {
            if (arguments.length == 2) {
                ServerIdentity identity = ServerIdentity.make(
                        ServerRoots.open(token::signer, 1, random).active(),
                        List.of(arguments[1].split(",", -1)),
                        InstantSource.system());
                say(identity.getPrivateKey(identity.chooseEngineServerAlias("EC", null, null))
                        .getEncoded());
                say(identity.certificate().getEncoded());
                return;
            }
            NodeCertificates certificates = new NodeCertificates(
                    CertificateAuthority.of(token.signer("kekkai-client-ca"), "Kekkai nodes", random),
                    InstantSource.system());
            for (Certificate made : certificates.issue(
                    new NodeName(TenantId.DEFAULT, new NodeId(UUID.fromString(arguments[1]))),
                    Base64.getDecoder().decode(arguments[2]),
                    Instant.parse(arguments[3]))) {
                say(made.getEncoded());
            }
        }
    }

    private static void say(byte[] der) {
        System.out.println("der " + Base64.getEncoder().encodeToString(der));
    }
}
