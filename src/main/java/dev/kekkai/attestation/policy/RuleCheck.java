package dev.kekkai.attestation.policy;

import dev.kekkai.attestation.eventlog.EventLog;
import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.pcr.PcrValues;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.tpm.structure.HashAlg;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Holds one rule against what was measured. The log is only believed of a PCR where it replays to the quoted value. */
final class RuleCheck {
    private final PcrValues values;
    private final HashAlg bank;
    private final LazyLog log;

    RuleCheck(PcrValues values, byte[] eventLog) {
        this.values = values;
        this.bank = values.selection().bank();
        this.log = new LazyLog(eventLog);
    }

    /** What the rule has against it, or empty if it holds. */
    Optional<Finding> objection(Rule rule, String alternative) {
        if (!values.byPcr().containsKey(rule.pcr())) {
            return Optional.of(finding(
                    Reason.PCR_SELECTION,
                    "the policy was changed and now speaks of it: attest again",
                    rule,
                    Optional.empty()));
        }
        String accepts = "alternative '" + alternative + "' does not accept its value";
        return switch (rule) {
            case Rule.Value value ->
                value.digests().contains(quoted(rule))
                        ? Optional.empty()
                        : Optional.of(finding(
                                Reason.PCR_MISMATCH,
                                accepts,
                                rule,
                                Optional.of(quoted(rule).hex())));
            case Rule.LogAllows allows ->
                withLog(rule, measured -> measured.stream()
                        .filter(digest -> !allows.digests().contains(digest))
                        .findFirst()
                        .map(stranger -> finding(
                                Reason.EVENT_NOT_ALLOWED,
                                "alternative '" + alternative + "' does not allow event "
                                        + (measured.indexOf(stranger) + 1) + " of it",
                                rule,
                                Optional.of(stranger.hex()))));
            case Rule.LogRequires requires ->
                withLog(
                        rule,
                        measured -> measured.stream().anyMatch(requires.digests()::contains)
                                ? Optional.empty()
                                : Optional.of(finding(
                                        Reason.EVENT_REQUIRED,
                                        "alternative '" + alternative + "' requires an event that it does not have",
                                        rule,
                                        Optional.empty())));
            case Rule.LogForbids forbids ->
                withLog(rule, measured -> measured.stream()
                        .filter(forbids.digests()::contains)
                        .findFirst()
                        .map(forbidden -> Finding.ofPcr(
                                Reason.EVENT_FORBIDDEN,
                                "alternative '" + alternative + "' forbids an event of it",
                                rule.pcr(),
                                List.of(),
                                Optional.of(forbidden.hex()))));
        };
    }

    /** Asks of the PCR's digests, once they are as good as its value. */
    private Optional<Finding> withLog(Rule rule, DigestQuestion question) {
        return switch (log.read()) {
            case LazyLog.Unreadable unreadable -> Optional.of(Finding.of(unreadable.reason(), unreadable.detail()));
            case LazyLog.Read read -> {
                Optional<Finding> doubt = doubt(read.log(), rule);
                yield doubt.isPresent() ? doubt : question.ask(read.log().digests(bank, rule.pcr()));
            }
        };
    }

    private Optional<Finding> doubt(EventLog read, Rule rule) {
        if (!read.measures(rule.pcr())) {
            return Optional.of(Finding.ofPcr(
                    Reason.EVENT_LOG_LACKS_PCR,
                    "the event log has no event of it, and the policy speaks of them",
                    rule.pcr(),
                    List.of(),
                    Optional.empty()));
        }
        if (!read.covers(bank, rule.pcr())) {
            return Optional.of(Finding.ofPcr(
                    Reason.EVENT_LOG_BANK,
                    "the event log has no " + BankName.of(bank) + " digests of it: use raw values for such firmware",
                    rule.pcr(),
                    List.of(),
                    Optional.empty()));
        }
        Digest replayed = read.replay(bank, rule.pcr());
        if (!replayed.equals(quoted(rule))) {
            return Optional.of(Finding.ofPcr(
                    Reason.EVENT_LOG_REPLAY,
                    "the event log does not give the value that the TPM signed",
                    rule.pcr(),
                    List.of(quoted(rule).hex()),
                    Optional.of(replayed.hex())));
        }
        return Optional.empty();
    }

    private Digest quoted(Rule rule) {
        return values.value(rule.pcr());
    }

    private static Finding finding(Reason reason, String detail, Rule rule, Optional<String> found) {
        List<String> expected = sorted(rule.digests());
        return Finding.ofPcr(reason, detail, rule.pcr(), expected, found);
    }

    private static List<String> sorted(Collection<Digest> digests) {
        return digests.stream().map(Digest::hex).sorted().toList();
    }

    private interface DigestQuestion {
        Optional<Finding> ask(List<Digest> measured);
    }
}
