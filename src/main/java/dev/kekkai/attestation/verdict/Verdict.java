package dev.kekkai.attestation.verdict;

import java.util.List;
import java.util.Optional;

/** What was judged of a quote. {@code toString()} is for a person, {@link VerdictJson} for a machine. */
public sealed interface Verdict {
    /**
     * The node is what it was enrolled as, and booted what the policy accepts, or is only watched.
     *
     * @param quoted what the TPM said of itself; its counters are the floor of the next attestation
     * @param alternative the one that it matched; empty if an audit-only policy let it pass
     * @param tolerated what an audit-only policy would refuse otherwise; empty for any other
     */
    record Accepted(Quoted quoted, Optional<String> alternative, List<Finding> tolerated) implements Verdict {
        public Accepted {
            tolerated = List.copyOf(tolerated);
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("accepted: ").append(quoted);
            alternative.ifPresent(
                    name -> text.append("; matches '").append(name).append('\''));
            tolerated.forEach(
                    finding -> text.append("\n  audit only, tolerated: ").append(finding));
            return text.toString();
        }
    }

    /**
     * The node is not let in.
     *
     * @param findings at least one; the first is the reason, the others say what more the policy does not accept
     */
    record Refused(List<Finding> findings) implements Verdict {
        /** @throws IllegalArgumentException if nothing was found */
        public Refused {
            if (findings.isEmpty()) {
                throw new IllegalArgumentException("nobody is refused without a reason");
            }
            findings = List.copyOf(findings);
        }

        public Refused(Finding finding) {
            this(List.of(finding));
        }

        public Reason reason() {
            return findings.getFirst().reason();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("refused: ").append(findings.getFirst());
            findings.stream().skip(1).forEach(finding -> text.append("\n  and: ")
                    .append(finding));
            return text.toString();
        }
    }

    /**
     * What a TPM signed about itself.
     *
     * @param akName hex of nameAlg and digest
     * @param firmware TPMS_ATTEST.firmwareVersion, unsigned
     */
    record Quoted(String akName, BootCounters counters, long firmware, TrustClass trust) {
        /** {@code AK 000b…, vouched, firmware 2019102300163636, reset 17, restart 2}. */
        @Override
        public String toString() {
            return "AK " + akName + ", trust class " + trust.word() + ", firmware " + firmwareHex() + ", " + counters;
        }

        /** 16 hex digits. */
        public String firmwareHex() {
            return "%016x".formatted(firmware);
        }
    }
}
