package dev.kekkai.gateway;

/** How a node shows what it is. */
enum Kind {
    /** On the attest port: its TPM opens a secret, which proves where the AK is. */
    ATTEST("attest"),
    /** On the service port: the pinned AK quotes again. */
    RENEW("renew");

    private final String action;

    Kind(String action) {
        this.action = action;
    }

    /** As the audit trail has it. */
    String action() {
        return action;
    }
}
