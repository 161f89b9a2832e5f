package dev.kekkai.attestation;

import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.PcrValues;
import dev.kekkai.attestation.policy.Outcome;
import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.structure.Attest;
import dev.kekkai.tpm.structure.Attested;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PcrSelection;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Judges a quote. The order is laid down (docs/attestation.md): shape, signature, magic, type, qualifying data, qualified signer, bank and
 * selection, PCR digest, PCR policy, firmware floor, boot counters. Each check may rely on those before it, and none on what follows.
 */
public final class QuoteVerifier {
    private final Expectation expected;
    private final Evidence evidence;

    private QuoteVerifier(Expectation expected, Evidence evidence) {
        this.expected = expected;
        this.evidence = evidence;
    }

    /** Pure: the same arguments always give the same verdict, and nothing is remembered. */
    public static Verdict verify(Expectation expected, Evidence evidence) {
        try {
            return new QuoteVerifier(expected, evidence).verdict();
        } catch (Refusal refusal) {
            return refusal.verdict();
        }
    }

    private Verdict verdict() throws Refusal {
        Attest attest = readAttest();
        byte[] signature = expected.ak().readSignature(evidence.signature());
        PcrValues values = readPcrValues();
        checkSignature(signature);
        checkMagic(attest);
        Attested.Quote quote = checkType(attest);
        checkExtraData(attest);
        checkQualifiedSigner(attest);
        checkSelection(quote);
        checkPcrDigest(quote);
        checkTrust();
        List<Finding> tolerable = new ArrayList<>();
        Optional<String> alternative = judgePolicy(values, tolerable);
        judgeFirmware(attest, tolerable);
        if (!tolerable.isEmpty() && !expected.policy().auditOnly()) {
            return new Verdict.Refused(tolerable);
        }
        BootCounters counters = checkCounters(attest);
        return new Verdict.Accepted(
                new Verdict.Quoted(expected.ak().nameHex(), counters, attest.firmwareVersion(), expected.trust()),
                alternative,
                tolerable);
    }

    private Attest readAttest() throws Refusal {
        if (evidence.attest().length > Attest.MAX_LENGTH) {
            throw new Refusal(Reason.ATTEST_SHAPE, "no quote has more than " + Attest.MAX_LENGTH + " bytes");
        }
        try {
            return Attest.parse(evidence.attest());
        } catch (Malformed e) {
            throw new Refusal(Reason.ATTEST_SHAPE, "the quote cannot be read: " + e.getMessage());
        }
    }

    private PcrValues readPcrValues() throws Refusal {
        return PcrValues.parse(expected.selection(), evidence.pcrValues())
                .orElseThrow(() -> new Refusal(
                        Reason.PCR_VALUES_SHAPE,
                        evidence.pcrValues().length + " bytes are not the values of " + expected.selection()));
    }

    private void checkSignature(byte[] signature) throws Refusal {
        if (!expected.ak().signed(evidence.attest(), signature)) {
            throw new Refusal(Reason.SIGNATURE, "the AK did not sign this quote");
        }
    }

    private static void checkMagic(Attest attest) throws Refusal {
        if (attest.magic() != Attest.GENERATED) {
            throw new Refusal(Finding.of(
                    Reason.MAGIC,
                    "what was signed does not come out of a TPM",
                    "%08x".formatted(Attest.GENERATED),
                    "%08x".formatted(attest.magic())));
        }
    }

    private static Attested.Quote checkType(Attest attest) throws Refusal {
        if (attest.type() == Attest.QUOTE && attest.attested() instanceof Attested.Quote quote) {
            return quote;
        }
        throw new Refusal(Finding.of(
                Reason.TYPE,
                "the TPM attests something else than PCRs",
                "%04x".formatted(Attest.QUOTE),
                "%04x".formatted(attest.type())));
    }

    /** The expected value of a full attestation is a MAC: it is compared in constant time, and not shown. */
    private void checkExtraData(Attest attest) throws Refusal {
        if (!MessageDigest.isEqual(attest.extraData(), expected.qualifyingData())) {
            throw new Refusal(
                    Reason.EXTRA_DATA,
                    "the quote answers another challenge, came over another channel, or its TPM could not open the challenge: attest again");
        }
    }

    private void checkQualifiedSigner(Attest attest) throws Refusal {
        byte[] demanded = expected.ak().qualifiedName();
        if (!MessageDigest.isEqual(attest.qualifiedSigner(), demanded)) {
            throw new Refusal(Finding.of(
                    Reason.QUALIFIED_SIGNER,
                    "the AK is no primary key of the endorsement hierarchy, so its TPM hides the true counters and firmware",
                    HexFormat.of().formatHex(demanded),
                    HexFormat.of().formatHex(attest.qualifiedSigner())));
        }
    }

    private void checkSelection(Attested.Quote quote) throws Refusal {
        List<PcrSelection> quoted = quote.pcrSelect().selections();
        if (quoted.size() != 1
                || quoted.getFirst().bank() != expected.selection().bank()) {
            throw new Refusal(Finding.of(
                    Reason.PCR_BANK,
                    "another bank was quoted, or not one alone",
                    BankName.of(expected.selection().bank()),
                    quoted.toString()));
        }
        if (!quoted.getFirst().pcrs().equals(List.copyOf(expected.selection().pcrs()))) {
            throw new Refusal(Finding.of(
                    Reason.PCR_SELECTION,
                    "other PCRs were quoted than asked for",
                    expected.selection().toString(),
                    quoted.getFirst().toString()));
        }
    }

    /** The digest is by the signing scheme's hash, whatever the bank (TPM 2.0 Part 3 §18.4). */
    private void checkPcrDigest(Attested.Quote quote) throws Refusal {
        byte[] digest = HashAlg.SHA256.digest(evidence.pcrValues());
        if (!MessageDigest.isEqual(digest, quote.pcrDigest())) {
            throw new Refusal(Finding.of(
                    Reason.PCR_DIGEST,
                    "the PCR values are not those that the TPM signed",
                    HexFormat.of().formatHex(quote.pcrDigest()),
                    HexFormat.of().formatHex(digest)));
        }
    }

    /** Admission has looked at it, against the policy of then; a renewal has no admission. */
    private void checkTrust() throws Refusal {
        if (!expected.trust().satisfies(expected.policy().atLeast())) {
            throw new Refusal(Finding.of(
                    Reason.TRUST_CLASS,
                    "the policy demands more of an EK",
                    expected.policy().atLeast().word(),
                    expected.trust().word()));
        }
    }

    private Optional<String> judgePolicy(PcrValues values, List<Finding> tolerable) {
        return switch (expected.policy().judge(values, evidence.eventLog())) {
            case Outcome.Matched matched -> Optional.of(matched.alternative());
            case Outcome.Mismatched mismatched -> {
                tolerable.addAll(mismatched.findings());
                yield Optional.empty();
            }
        };
    }

    private void judgeFirmware(Attest attest, List<Finding> tolerable) {
        expected.policy().firmwareFloor().ifPresent(floor -> {
            if (Long.compareUnsigned(attest.firmwareVersion(), floor) < 0) {
                tolerable.add(Finding.of(
                        Reason.FIRMWARE,
                        "the TPM's firmware is below the policy's floor: update it",
                        "at least %016x".formatted(floor),
                        "%016x".formatted(attest.firmwareVersion())));
            }
        });
    }

    private BootCounters checkCounters(Attest attest) throws Refusal {
        BootCounters now = new BootCounters(
                (int) attest.clockInfo().resetCount(), (int) attest.clockInfo().restartCount());
        if (expected.lastSeen().isPresent() && now.compareTo(expected.lastSeen().get()) < 0) {
            throw new Refusal(Finding.of(
                    Reason.BOOT_COUNTERS,
                    "the TPM counts fewer boots than before: it is a clone or was rolled back, or somebody cleared it; look into it,"
                            + " then re-baseline the node",
                    "at least " + expected.lastSeen().get(),
                    now.toString()));
        }
        return now;
    }
}
