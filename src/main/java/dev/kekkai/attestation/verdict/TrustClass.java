package dev.kekkai.attestation.verdict;

/** How much an EK is worth. Ascending: a later class satisfies whoever demands an earlier one. */
public enum TrustClass {
    /** A person vouched for the EK; whether it is in a TPM at all, nobody proved. */
    VOUCHED("vouched"),
    /** A hypervisor's CA says that it is a vTPM's: whoever owns the host, owns it, and it can be cloned. */
    VIRTUAL("virtual"),
    /** A maker's CA says that it is in a chip or in the CPU's firmware. */
    HARDWARE("hardware");

    private final String word;

    TrustClass(String word) {
        this.word = word;
    }

    /** As policies and verdicts name it. */
    public String word() {
        return word;
    }

    public boolean satisfies(TrustClass demanded) {
        return compareTo(demanded) >= 0;
    }
}
