package dev.kekkai.attestation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Signature;
import dev.kekkai.tpm.structure.TpmAlg;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each check by itself, and the order of them all, on quotes that a key in software signed: an honest TPM signs none of the false ones. */
class QuoteVerifierTest {
    private static final long FLOOR = 0x0007_0002_0003_0001L;
    private static final BootCounters LAST = new BootCounters(7, 2);
    private static final byte[] ORDER =
            fixed(new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16));

    /** What is wrong with a quote, by the reason for which it must be refused, in the order that is laid down. */
    private static final Map<Reason, Consumer<QuoteMaker>> FAULTS = faults();

    private static Map<Reason, Consumer<QuoteMaker>> faults() {
        Map<Reason, Consumer<QuoteMaker>> faults = new LinkedHashMap<>();
        faults.put(Reason.ATTEST_SHAPE, quote -> quote.attest = bytes -> Arrays.copyOf(bytes, 20));
        faults.put(
                Reason.SIGNATURE_SHAPE, quote -> quote.signature = _ -> QuoteMaker.ecdsa(new byte[32], new byte[32]));
        faults.put(Reason.PCR_VALUES_SHAPE, quote -> quote.joinedValues = bytes -> Arrays.copyOf(bytes, 32));
        faults.put(Reason.SIGNATURE, quote -> quote.signer = QuoteMaker.newKey());
        faults.put(Reason.MAGIC, quote -> quote.magic = 0xFF544348L);
        faults.put(Reason.TYPE, quote -> quote.type = 0x8017);
        faults.put(Reason.EXTRA_DATA, quote -> quote.extraData = new byte[32]);
        faults.put(Reason.QUALIFIED_SIGNER, quote -> quote.qualifiedSigner = ownerHierarchy(quote));
        faults.put(Reason.PCR_BANK, quote -> quote.bank = HashAlg.SHA1);
        faults.put(Reason.PCR_SELECTION, quote -> quote.selected = new int[] {0, 2, 4});
        faults.put(Reason.PCR_DIGEST, quote -> quote.digest = _ -> new byte[32]);
        faults.put(Reason.PCR_MISMATCH, quote -> quote.values.put(4, QuoteMaker.value(4, "evil")));
        faults.put(Reason.FIRMWARE, quote -> quote.firmware = FLOOR - 1);
        faults.put(Reason.BOOT_COUNTERS, quote -> quote.resetCount = 6);
        return faults;
    }

    @Test
    void a_sound_quote_is_accepted_and_says_what_the_next_one_is_held_against() {
        QuoteMaker quote = new QuoteMaker();

        assertThat(verify(quote))
                .isEqualTo(new Verdict.Accepted(
                        new Verdict.Quoted(quote.ak().nameHex(), LAST, FLOOR, TrustClass.VOUCHED),
                        Optional.of("kernel 6.8"),
                        List.of()));
    }

    static Stream<Reason> reasons() {
        return FAULTS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("reasons")
    void one_fault_is_refused_for_its_own_reason(Reason reason) {
        QuoteMaker quote = new QuoteMaker();
        assertThat(verify(quote)).isInstanceOf(Verdict.Accepted.class);

        FAULTS.get(reason).accept(quote);

        assertThat(reason(quote)).isEqualTo(reason);
    }

    static Stream<Arguments> pairs() {
        List<Reason> reasons = List.copyOf(FAULTS.keySet());
        return reasons.stream().flatMap(first -> reasons.subList(reasons.indexOf(first) + 1, reasons.size()).stream()
                .map(second -> Arguments.of(first, second)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void of_two_faults_the_one_that_is_checked_first_is_the_reason(Reason first, Reason second) {
        QuoteMaker quote = new QuoteMaker();

        FAULTS.get(second).accept(quote);
        FAULTS.get(first).accept(quote);

        assertThat(reason(quote)).isEqualTo(first);
    }

    static Stream<byte[]> scalarsThatNoSignatureHas() {
        return Stream.of(
                new byte[0], new byte[32], ORDER, fixed(BigInteger.TWO.pow(256).subtract(BigInteger.ONE)));
    }

    @ParameterizedTest
    @MethodSource("scalarsThatNoSignatureHas")
    void a_signature_with_a_number_out_of_range_is_refused_before_it_is_verified(byte[] number) {
        byte[] one = fixed(BigInteger.ONE);
        for (byte[] signature : List.of(QuoteMaker.ecdsa(number, one), QuoteMaker.ecdsa(one, number))) {
            QuoteMaker quote = new QuoteMaker();
            quote.signature = _ -> signature;

            assertThat(reason(quote)).isEqualTo(Reason.SIGNATURE_SHAPE);
        }
        QuoteMaker inRange = new QuoteMaker();
        inRange.signature = _ -> QuoteMaker.ecdsa(one, one);
        assertThat(reason(inRange)).isEqualTo(Reason.SIGNATURE);
    }

    @Test
    void a_signature_that_claims_another_hash_or_kind_is_refused() {
        QuoteMaker otherHash = new QuoteMaker();
        otherHash.signature = bytes -> {
            bytes[3] = 0x0C;
            return bytes;
        };
        QuoteMaker rsa = new QuoteMaker();
        rsa.signature = _ -> new Signature.Rsa(TpmAlg.RSASSA, HashAlg.SHA256, new byte[256]).bytes();

        assertThat(reason(otherHash)).isEqualTo(Reason.SIGNATURE_SHAPE);
        assertThat(reason(rsa)).isEqualTo(Reason.SIGNATURE_SHAPE);
    }

    @Test
    void pcr_values_beyond_those_asked_for_are_refused() {
        QuoteMaker quote = new QuoteMaker();
        quote.joinedValues = bytes -> Arrays.copyOf(bytes, bytes.length + 32);

        assertThat(reason(quote)).isEqualTo(Reason.PCR_VALUES_SHAPE);
    }

    @Test
    void more_than_the_bank_asked_for_is_refused() {
        QuoteMaker quote = new QuoteMaker();
        quote.secondBank = Optional.of(HashAlg.SHA1);

        assertThat(reason(quote)).isEqualTo(Reason.PCR_BANK);
    }

    @Test
    void an_attest_longer_than_any_is_refused_unread() {
        QuoteMaker quote = new QuoteMaker();
        quote.attest = _ -> new byte[1025];

        assertThat(verify(quote).toString()).contains("attest-shape").contains("no quote has more than 1024 bytes");
    }

    @Test
    void every_byte_of_attest_and_signature_counts() {
        QuoteMaker maker = new QuoteMaker();
        Evidence sound = maker.make();
        for (int i = 0; i < sound.attest().length; i++) {
            Evidence tampered =
                    new Evidence(flip(sound.attest(), i), sound.signature(), sound.pcrValues(), new byte[0]);
            assertThat(QuoteVerifier.verify(expectation(maker), tampered))
                    .as("byte %d of the attest", i)
                    .extracting(QuoteVerifierTest::reason)
                    .isIn(Reason.SIGNATURE, Reason.ATTEST_SHAPE);
        }
        for (int i = 0; i < sound.signature().length; i++) {
            Evidence tampered =
                    new Evidence(sound.attest(), flip(sound.signature(), i), sound.pcrValues(), new byte[0]);
            assertThat(QuoteVerifier.verify(expectation(maker), tampered))
                    .as("byte %d of the signature", i)
                    .extracting(QuoteVerifierTest::reason)
                    .isIn(Reason.SIGNATURE, Reason.SIGNATURE_SHAPE);
        }
        assertThat(QuoteVerifier.verify(expectation(maker), sound)).isInstanceOf(Verdict.Accepted.class);
    }

    @Test
    void counters_go_up_by_resets_first_and_by_restarts_then() {
        assertThat(counters(7, 2)).isTrue();
        assertThat(counters(7, 3)).isTrue();
        assertThat(counters(8, 0)).isTrue();
        assertThat(counters(7, 1)).isFalse();
        assertThat(counters(6, 9)).isFalse();
        assertThat(counters(0xFFFFFFFFL, 0)).as("they are unsigned").isTrue();
    }

    @Test
    void firmware_is_compared_unsigned() {
        QuoteMaker quote = new QuoteMaker();
        quote.firmware = 0xFFFF_0000_0000_0000L;

        assertThat(verify(quote)).isInstanceOf(Verdict.Accepted.class);
    }

    @Test
    void an_audit_only_policy_tolerates_pcrs_and_firmware_and_reports_them() {
        QuoteMaker quote = new QuoteMaker();
        FAULTS.get(Reason.PCR_MISMATCH).accept(quote);
        FAULTS.get(Reason.FIRMWARE).accept(quote);

        Verdict verdict = QuoteVerifier.verify(expectation(quote, policy(true)), quote.make());

        assertThat(verdict).isInstanceOfSatisfying(Verdict.Accepted.class, accepted -> {
            assertThat(accepted.alternative()).isEmpty();
            assertThat(accepted.tolerated())
                    .extracting(Finding::reason)
                    .containsExactly(Reason.PCR_MISMATCH, Reason.FIRMWARE);
        });
    }

    static Stream<Reason> neverTolerated() {
        return reasons().filter(reason -> reason != Reason.PCR_MISMATCH && reason != Reason.FIRMWARE);
    }

    @ParameterizedTest
    @MethodSource("neverTolerated")
    void an_audit_only_policy_tolerates_nothing_else(Reason reason) {
        QuoteMaker quote = new QuoteMaker();
        FAULTS.get(reason).accept(quote);

        assertThat(reason(QuoteVerifier.verify(expectation(quote, policy(true)), quote.make())))
                .isEqualTo(reason);
    }

    @Test
    void a_policy_that_demands_more_of_an_ek_than_before_refuses_a_renewal_too() {
        QuoteMaker quote = new QuoteMaker();
        Policy lenient = policy(true);
        Policy strict =
                new Policy(lenient.bank(), TrustClass.HARDWARE, lenient.firmwareFloor(), true, lenient.alternatives());

        assertThat(QuoteVerifier.verify(expectation(quote, lenient), quote.make()))
                .isInstanceOf(Verdict.Accepted.class);
        assertThat(reason(QuoteVerifier.verify(expectation(quote, strict), quote.make())))
                .isEqualTo(Reason.TRUST_CLASS);
    }

    @Test
    void a_mismatch_names_the_pcr_and_what_was_expected_and_found() {
        QuoteMaker quote = new QuoteMaker();
        FAULTS.get(Reason.PCR_MISMATCH).accept(quote);

        assertThat(verify(quote)).isInstanceOfSatisfying(Verdict.Refused.class, refused -> {
            Finding finding = refused.findings().getFirst();
            assertThat(finding.pcr()).hasValue(4);
            assertThat(finding.expected())
                    .containsExactly(QuoteMaker.value(4, "sound").hex());
            assertThat(finding.found()).contains(QuoteMaker.value(4, "evil").hex());
        });
    }

    private static boolean counters(long resets, long restarts) {
        QuoteMaker quote = new QuoteMaker();
        quote.resetCount = resets;
        quote.restartCount = restarts;
        return verify(quote) instanceof Verdict.Accepted;
    }

    private static Verdict verify(QuoteMaker quote) {
        return QuoteVerifier.verify(expectation(quote), quote.make());
    }

    private static Reason reason(QuoteMaker quote) {
        return reason(verify(quote));
    }

    private static Reason reason(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Refused.class);
        return ((Verdict.Refused) verdict).reason();
    }

    private static Expectation expectation(QuoteMaker quote) {
        return expectation(quote, policy(false));
    }

    private static Expectation expectation(QuoteMaker quote, Policy policy) {
        return new Expectation(
                quote.ak(),
                TrustClass.VOUCHED,
                new QuoteMaker().extraData,
                policy.selection(),
                policy,
                Optional.of(LAST));
    }

    static Policy policy(boolean auditOnly) {
        List<Rule> rules = Stream.of(0, 2, 4, 7)
                .<Rule>map(pcr -> new Rule.Value(pcr, Set.of(QuoteMaker.value(pcr, "sound"))))
                .toList();
        return new Policy(
                HashAlg.SHA256,
                TrustClass.VOUCHED,
                OptionalLong.of(FLOOR),
                auditOnly,
                List.of(new Alternative("kernel 6.8", Alternative.State.ACTIVE, rules)));
    }

    private static byte[] ownerHierarchy(QuoteMaker quote) {
        byte[] owner = {0x40, 0, 0, 1};
        byte[] name = HashAlg.SHA256.digest(owner, quote.ak().name());
        byte[] qualified = new byte[34];
        qualified[1] = 0x0B;
        System.arraycopy(name, 0, qualified, 2, 32);
        return qualified;
    }

    private static byte[] flip(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= 1;
        return flipped;
    }

    private static byte[] fixed(BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
        return fixed;
    }
}
