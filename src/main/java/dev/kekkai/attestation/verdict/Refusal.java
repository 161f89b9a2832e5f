package dev.kekkai.attestation.verdict;

/** Ends a check where it fails. It never leaves the verifier: whoever asked gets a {@link Verdict}. */
public final class Refusal extends Exception {
    private final transient Finding finding;

    public Refusal(Finding finding) {
        super(finding.toString(), null, false, false);
        this.finding = finding;
    }

    public Refusal(Reason reason, String detail) {
        this(Finding.of(reason, detail));
    }

    public Finding finding() {
        return finding;
    }

    public Verdict.Refused verdict() {
        return new Verdict.Refused(finding);
    }
}
