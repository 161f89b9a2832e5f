package dev.kekkai.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.tpm.structure.EkTemplate;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever comes over the wire, there is a verdict and nothing else. */
class EvidencePropertiesTest {
    private static final QuoteMaker MAKER = new QuoteMaker();
    private static final Evidence SOUND = MAKER.make();

    @Property
    void random_evidence_is_refused(
            @ForAll @Size(max = 200) byte[] attest,
            @ForAll @Size(max = 100) byte[] signature,
            @ForAll @Size(max = 200) byte[] pcrs,
            @ForAll @Size(max = 100) byte[] log) {
        assertThat(verify(new Evidence(attest, signature, pcrs, log))).isInstanceOf(Verdict.Refused.class);
    }

    @Property
    void evidence_with_a_piece_replaced_or_cut_off_is_refused(
            @ForAll @IntRange(min = 0, max = 1) int part,
            @ForAll @IntRange(min = 0, max = 200) int at,
            @ForAll @Size(max = 8) byte[] piece) {
        byte[] attest = part == 0 ? spliced(SOUND.attest(), at, piece) : SOUND.attest();
        byte[] signature = part == 1 ? spliced(SOUND.signature(), at, piece) : SOUND.signature();
        boolean same = Arrays.equals(attest, SOUND.attest()) && Arrays.equals(signature, SOUND.signature());

        Verdict verdict = verify(new Evidence(attest, signature, SOUND.pcrValues(), SOUND.eventLog()));

        assertThat(verdict).isInstanceOf(same ? Verdict.Accepted.class : Verdict.Refused.class);
    }

    @Property
    void public_areas_with_a_piece_replaced_are_keys_or_refused(
            @ForAll @IntRange(min = 0, max = 300) int at, @ForAll @Size(max = 8) byte[] piece) {
        byte[] ak = QuoteMaker.publicArea(MAKER.key).bytes();
        byte[] ek = EkTemplate.L_1.template().bytes();
        try {
            assertThat(AttestationKey.parse(spliced(ak, at, piece)).name()).hasSize(34);
        } catch (Refusal refused) {
            assertThat(refused.finding().detail()).isNotEmpty();
        }
        try {
            assertThat(EndorsementKey.parse(spliced(ek, at, piece)).template()).isNotNull();
        } catch (Refusal refused) {
            assertThat(refused.finding().detail()).isNotEmpty();
        }
    }

    private static Verdict verify(Evidence evidence) {
        var policy = QuoteVerifierTest.policy(false);
        return QuoteVerifier.verify(
                new Expectation(
                        MAKER.ak(), TrustClass.VOUCHED, MAKER.extraData, policy.selection(), policy, Optional.empty()),
                evidence);
    }

    private static byte[] spliced(byte[] bytes, int at, byte[] piece) {
        int start = Math.min(at, bytes.length);
        byte[] spliced = Arrays.copyOf(bytes, Math.max(bytes.length, start + piece.length));
        System.arraycopy(piece, 0, spliced, start, piece.length);
        return spliced;
    }
}
