package dev.kekkai.testing.gateway;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A node's TLS key with a certificate for it.
 *
 * @param chain what is shown to a gateway
 */
public record TlsKey(KeyPair pair, List<X509Certificate> chain) {
    /** A new key that signed its own certificate. */
    public static TlsKey fresh() throws Exception {
        return fresh("EC", "secp256r1", "SHA256withECDSA");
    }

    public static TlsKey fresh(String algorithm, String curve, String signature) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(new ECGenParameterSpec(curve));
        KeyPair pair = generator.generateKeyPair();
        return new TlsKey(pair, List.of(selfSigned(pair, pair.getPrivate(), signature)));
    }

    /**
     * A certificate for a key.
     *
     * @param signer signs it, perhaps not with the key that it is for
     */
    public static X509Certificate selfSigned(KeyPair pair, PrivateKey signer, String signature) throws Exception {
        X500Name name = new X500Name("CN=node");
        return new JcaX509CertificateConverter()
                .getCertificate(new X509v3CertificateBuilder(
                                name,
                                BigInteger.ONE,
                                Date.from(Instant.now().minus(Duration.ofHours(1))),
                                Date.from(Instant.now().plus(Duration.ofHours(1))),
                                name,
                                SubjectPublicKeyInfo.getInstance(
                                        pair.getPublic().getEncoded()))
                        .build(new JcaContentSignerBuilder(signature).build(signer)));
    }

    /** The same key with a certificate that a gateway gave. */
    public TlsKey with(List<X509Certificate> granted) {
        return new TlsKey(pair, granted.subList(0, 1));
    }

    /** To a port of loopback, whose certificate has to come from one of the roots. */
    public ManagedChannel channel(int port, List<X509Certificate> roots) throws Exception {
        return to(port, roots).build();
    }

    private NettyChannelBuilder to(int port, List<X509Certificate> roots) throws Exception {
        return NettyChannelBuilder.forAddress("localhost", port)
                .sslContext(GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                        .keyManager(pair.getPrivate(), chain.toArray(X509Certificate[]::new))
                        .trustManager(roots.toArray(X509Certificate[]::new))
                        .protocols("TLSv1.3")
                        .build());
    }
}
