package dev.kekkai.agent;

/** A gateway looked at what this node's TPM said, or at its certificate, and refuses the node. Another gateway of the fleet would do the same. */
final class RefusedException extends Exception {
    private final String reason;

    /** @param reason a stable code of {@code dev.kekkai.attestation.verdict.Reason}, or another of the gateway's */
    RefusedException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
