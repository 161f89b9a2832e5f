package dev.kekkai.gateway;

/**
 * Why a gateway refuses, beyond what {@link dev.kekkai.attestation.verdict.Reason} says of claims and quotes. The codes are stable: agents act on
 * them, operators search for them.
 */
enum Code {
    /** The EK was enrolled for no node. */
    UNKNOWN_EK("unknown-ek"),
    /** The EK was enrolled for no node; it waits for somebody to approve it. */
    PENDING("pending"),
    /** The node was evicted. */
    EVICTED("evicted"),
    /** The node's group has no policy, and nobody is let in without one. */
    NO_POLICY("no-policy"),
    /** The node's policy changed, and it has not shown since then that it fits. */
    POLICY_CHANGED("policy-changed"),
    /** The node belongs to another tenant than it says. */
    OTHER_TENANT("other-tenant"),
    /** The evidence came too late, or there was none. */
    CHALLENGE_EXPIRED("challenge-expired"),
    /** The node certificate is over. */
    CERTIFICATE_EXPIRED("certificate-expired"),
    /** The node started anew with another TLS key. */
    SUPERSEDED("superseded"),
    /** Two TLS keys of one node alternate: somebody has a copy of its vTPM. */
    SUSPECTED_CLONE("suspected-clone"),
    /** No AK is pinned that could renew: only a full attestation helps. */
    ATTEST_ANEW("attest-anew"),
    /** This gateway knows less of the authority chain than the agent does. */
    STORE_STALE("store-stale"),
    /** It has known less for too long: its store was rolled back. */
    STORE_ROLLED_BACK("store-rolled-back"),
    /** A gateway's clock is off. */
    CLOCK("clock"),
    /** What came is not what this protocol has at this point. */
    PROTOCOL("protocol"),
    /** Agent and gateway are more than one version of the protocol apart. */
    PROTOCOL_VERSION("protocol-version"),
    /** Too many attest or renew at once, or this node has too many streams. */
    BUSY("busy"),
    /** The HSM, the database or the audit trail cannot do it now. */
    UNAVAILABLE("unavailable");

    private final String word;

    Code(String word) {
        this.word = word;
    }

    /** Lower case with hyphens. */
    String word() {
        return word;
    }
}
