package dev.kekkai.agent;

import dev.kekkai.attestation.Transcript;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.MethodDescriptor;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The TLS connection under one call, as it can be seen once the gateway has answered something: what the quote is bound to. */
final class TlsPeer implements ClientInterceptor {
    private final AtomicReference<@Nullable ClientCall<?, ?>> call = new AtomicReference<>();

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        ClientCall<Q, R> made = next.newCall(method, options);
        call.set(made);
        return made;
    }

    /** The certificate that the gateway showed and {@link ServerRoots} verified. */
    X509Certificate serverCertificate() throws GeneralSecurityException {
        try {
            return (X509Certificate) session().getPeerCertificates()[0];
        } catch (SSLException e) {
            throw new GeneralSecurityException("the gateway showed no certificate", e);
        }
    }

    /** {@link Transcript#EXPORTER_LENGTH} bytes that no other connection has (RFC 8446 §7.5). */
    byte[] exporter() throws GeneralSecurityException {
        try {
            return session().exportKeyingMaterialData(Transcript.EXPORTER_LABEL, null, Transcript.EXPORTER_LENGTH);
        } catch (SSLException e) {
            throw new GeneralSecurityException("the TLS connection exports no keying material", e);
        }
    }

    private ExtendedSSLSession session() throws GeneralSecurityException {
        ClientCall<?, ?> made = call.get();
        if (made != null
                && made.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION) instanceof ExtendedSSLSession session) {
            return session;
        }
        throw new GeneralSecurityException("the call is not on a TLS connection of the JDK's");
    }
}
