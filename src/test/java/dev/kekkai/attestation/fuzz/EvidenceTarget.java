package dev.kekkai.attestation.fuzz;

import dev.kekkai.attestation.Admission;
import dev.kekkai.attestation.AttestationKey;
import dev.kekkai.attestation.Claim;
import dev.kekkai.attestation.Enrolment;
import dev.kekkai.attestation.Evidence;
import dev.kekkai.attestation.Expectation;
import dev.kekkai.attestation.QuoteVerifier;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.testing.attestation.SoftwareEk;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EccCurve;
import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.EccPoint;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PublicArea;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A claim and evidence, cut from the input: whatever it is, nobody is let in, and nothing is thrown. */
public final class EvidenceTarget {
    private static final Policy POLICY =
            new Policy(HashAlg.SHA256, TrustClass.VOUCHED, OptionalLong.empty(), true, List.of());
    private static final Expectation EXPECTED =
            new Expectation(someAk(), TrustClass.VOUCHED, new byte[32], POLICY.selection(), POLICY, Optional.empty());
    private static final Enrolment NOBODY =
            new Enrolment(new EkFingerprint(EkFingerprint.Kind.SPKI, "00".repeat(32)), Optional.empty());

    private EvidenceTarget() {}

    /** Four pieces, by the first three bytes; what is left is the last. */
    public static void fuzzerTestOneInput(byte[] input) {
        byte[][] pieces = new byte[4][];
        int at = 3;
        for (int i = 0; i < 4; i++) {
            int length = i < 3 && i < input.length ? Byte.toUnsignedInt(input[i]) : input.length;
            int end = Math.min(input.length, at + length);
            pieces[i] = at < end ? Arrays.copyOfRange(input, at, end) : new byte[0];
            at = Math.max(at, end);
        }
        Evidence evidence = new Evidence(pieces[0], pieces[1], pieces[2], pieces[3]);
        if (!(QuoteVerifier.verify(EXPECTED, evidence) instanceof Verdict.Refused)) {
            throw new AssertionError("nobody holds the key");
        }
        Claim claim = new Claim(pieces[0], List.of(pieces[3]), pieces[1], new byte[32]);
        if (!(Admission.judge(claim, new byte[32], NOBODY, Optional.empty(), TrustClass.VOUCHED, Instant.EPOCH)
                instanceof Admission.Denied)) {
            throw new AssertionError("nobody has that EK");
        }
    }

    private static AttestationKey someAk() {
        try {
            ECPublicKey key = (ECPublicKey) SoftwareEk.ecc("secp256r1").getPublic();
            PublicArea template = AkTemplate.template();
            EccParameters blank = (EccParameters) template.parameters();
            EccParameters parameters = new EccParameters(
                    blank.symmetric(),
                    blank.scheme(),
                    blank.curve(),
                    blank.kdf(),
                    EccPoint.of(EccCurve.NIST_P256, key.getW()));
            return AttestationKey.parse(
                    new PublicArea(template.nameAlg(), template.attributes(), template.authPolicy(), parameters)
                            .bytes());
        } catch (GeneralSecurityException | Refusal e) {
            throw new IllegalStateException(e);
        }
    }
}
