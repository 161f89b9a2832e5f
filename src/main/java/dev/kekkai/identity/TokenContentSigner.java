package dev.kekkai.identity;

import dev.kekkai.custody.Signer;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;

/** Signs certificates with a key in the HSM: ecdsa-with-SHA256 (RFC 5758 §3.2). Used once. */
final class TokenContentSigner implements ContentSigner {
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final Signing signing;

    TokenContentSigner(Signer signer) {
        this.signing = new Signing(signer);
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
        return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    }

    @Override
    public OutputStream getOutputStream() {
        return content;
    }

    /** @throws Signing.NotSigned if the HSM did not sign */
    @Override
    public byte[] getSignature() {
        return signing.der(content.toByteArray());
    }
}
