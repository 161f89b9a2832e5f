package dev.kekkai.identity;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Signer;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;

/**
 * Waits for a signature of the HSM, and writes it as certificates have it.
 *
 * @param signer gives {@code r ‖ s}
 */
record Signing(Signer signer) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** ECDSA-Sig-Value (RFC 3279 §2.2.3). Blocks. */
    byte[] der(byte[] message) {
        byte[] both = p1363(message);
        ASN1EncodableVector numbers = new ASN1EncodableVector();
        numbers.add(new ASN1Integer(new BigInteger(1, Arrays.copyOf(both, both.length / 2))));
        numbers.add(new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(both, both.length / 2, both.length))));
        try {
            return new DERSequence(numbers).getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException("two numbers in memory cannot fail to be written", e);
        }
    }

    private byte[] p1363(byte[] message) {
        try {
            return signer.sign(message).toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new NotSigned(
                    e.getCause() instanceof CustodyException custody
                            ? custody
                            : new CustodyException.Unavailable("the HSM failed in an unforeseen way", e));
        } catch (TimeoutException e) {
            throw new NotSigned(new CustodyException.Unavailable(
                    "the HSM did not sign a certificate within " + PATIENCE.toSeconds() + " s", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotSigned(new CustodyException.Unavailable("interrupted while the HSM signed", e));
        }
    }

    /** Carries the HSM's failure through a library that knows no checked one. Never leaves this package. */
    static final class NotSigned extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient CustodyException reason;

        NotSigned(CustodyException reason) {
            super(reason);
            this.reason = reason;
        }

        CustodyException reason() {
            return reason;
        }
    }
}
