package dev.kekkai.attestation.verdict;

/**
 * Why a node is refused, in the order in which it is checked. The codes are stable: scripts, alerts and the audit trail keep them. A new
 * reason may be added, none is ever renamed or given another meaning.
 */
public enum Reason {
    /** The claim speaks of another TLS key than the peer's: somebody passes on another's claim. */
    TLS_KEY("tls-key"),
    /** The EK is no public area, or of none of the TCG's templates, or not a point of its curve. */
    EK_TEMPLATE("ek-template"),
    /** The EK is not the one that was enrolled for this node. */
    EK_NOT_ENROLLED("ek-not-enrolled"),
    /** The EK is one whose private half can be computed. */
    EK_WEAK("ek-weak"),
    /** The EK has no certificate that can be read, and one is demanded. */
    EK_CERTIFICATE("ek-certificate"),
    /** The certificate is another key's than the EK's. */
    EK_CERTIFICATE_KEY("ek-certificate-key"),
    /** The certificate is not one for an EK: key usage, extended key usage, or the TPM's maker are missing. */
    EK_CERTIFICATE_PROFILE("ek-certificate-profile"),
    /** No chain leads from the certificate to a CA in the folder. */
    EK_CHAIN("ek-chain"),
    /** The TPM is of a lower trust class than the policy demands. */
    TRUST_CLASS("trust-class"),
    /** The AK is not exactly of our template, or not a point of its curve. */
    AK_TEMPLATE("ak-template"),
    /** The AK is another than the one that was pinned at the first attestation. */
    AK_NOT_PINNED("ak-not-pinned"),
    /** The quote cannot be read. */
    ATTEST_SHAPE("attest-shape"),
    /** The signature cannot be read, or is none that the AK makes. */
    SIGNATURE_SHAPE("signature-shape"),
    /** The PCR values are more or fewer bytes than those asked for. */
    PCR_VALUES_SHAPE("pcr-values-shape"),
    /** The signature is not the AK's over these bytes. */
    SIGNATURE("signature"),
    /** It does not begin with TPM_GENERATED: no TPM made it. */
    MAGIC("magic"),
    /** It is an attestation of something else than PCRs. */
    TYPE("type"),
    /** The qualifying data is another: another challenge, another channel, or no TPM that could open the challenge. */
    EXTRA_DATA("extra-data"),
    /** The AK is not a primary key of the endorsement hierarchy; its counters and firmware version would be made up. */
    QUALIFIED_SIGNER("qualified-signer"),
    /** Another bank was quoted, or more than one. */
    PCR_BANK("pcr-bank"),
    /** Other PCRs were quoted than those asked for. */
    PCR_SELECTION("pcr-selection"),
    /** The PCR values are not those that the TPM signed. */
    PCR_DIGEST("pcr-digest"),
    /** No alternative of the policy is active. */
    POLICY_EMPTY("policy-empty"),
    /** A PCR that firmware must have measured into is zero. */
    PCR_ZERO("pcr-zero"),
    /** A PCR has a value that the policy does not accept. */
    PCR_MISMATCH("pcr-mismatch"),
    /** The policy speaks of the event log, and none was sent. */
    EVENT_LOG_MISSING("event-log-missing"),
    /** The event log cannot be read. */
    EVENT_LOG_SHAPE("event-log-shape"),
    /** The event log has no digests of the policy's bank. */
    EVENT_LOG_BANK("event-log-bank"),
    /** The event log has no event of a PCR that the policy speaks of. */
    EVENT_LOG_LACKS_PCR("event-log-lacks-pcr"),
    /** Replayed, the event log gives another value than the quoted one. */
    EVENT_LOG_REPLAY("event-log-replay"),
    /** Something was measured that the policy does not allow. */
    EVENT_NOT_ALLOWED("event-not-allowed"),
    /** Something that the policy requires was not measured. */
    EVENT_REQUIRED("event-required"),
    /** Something that the policy forbids was measured. */
    EVENT_FORBIDDEN("event-forbidden"),
    /** The TPM's firmware is older than the policy's floor. */
    FIRMWARE("firmware"),
    /** The TPM was reset or restarted less often than it had been before: a clone, a rolled-back vTPM, or a TPM2_Clear. */
    BOOT_COUNTERS("boot-counters");

    private final String code;

    Reason(String code) {
        this.code = code;
    }

    /** Lower case with hyphens. */
    public String code() {
        return code;
    }

    @Override
    public String toString() {
        return code;
    }
}
