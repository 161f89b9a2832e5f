package dev.kekkai.attestation.prover;

/** Why this node's TPM cannot be used to attest as it is, though it works: what is wrong, and what an operator can do. */
public final class ProverException extends Exception {
    ProverException(String message) {
        super(message);
    }

    ProverException(String message, Throwable cause) {
        super(message, cause);
    }
}
