package dev.kekkai.custody;

import java.util.concurrent.CompletionStage;

/** Signs with a private key that never leaves its token: certificates, audit heads, the authority chain. */
public interface Signer {
    /**
     * The public half as a DER SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), P-256.
     */
    byte[] publicKey();

    /**
     * ECDSA over SHA-256 of the message, as {@code r ‖ s} of 32 bytes each (PKCS#11 {@code CKM_ECDSA}, IEEE P1363).
     * Fails with a {@link CustodyException}.
     */
    CompletionStage<byte[]> sign(byte[] message);
}
