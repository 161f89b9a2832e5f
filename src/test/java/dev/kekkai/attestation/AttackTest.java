package dev.kekkai.attestation;

import static dev.kekkai.attestation.AttestationTest.accepted;
import static dev.kekkai.attestation.AttestationTest.reason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.attestation.verdict.Verdict;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EccCurve;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.ObjectAttributes;
import dev.kekkai.tpm.structure.PublicArea;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each attack changes one thing in a run that is accepted otherwise, on a TPM of its own. */
class AttackTest {
    private Node node;
    private Trial trial;

    @BeforeEach
    void a_node_that_is_let_in() throws Exception {
        node = Node.blank().boot("kernel 6.8");
        trial = new Trial(node, EkTemplate.L_2);
        accepted(trial.run());
    }

    @AfterEach
    void its_tpm_is_gone() throws Exception {
        node.close();
    }

    @Test
    void an_ak_that_is_not_restricted_is_refused() throws Exception {
        trial.useAk(Hierarchy.ENDORSEMENT, ak(AkTemplate.ATTRIBUTES & ~ObjectAttributes.RESTRICTED));

        assertThat(reason(trial.run())).isEqualTo(Reason.AK_TEMPLATE);
        theUnchangedRunPasses();
    }

    /** A TPM makes no primary key that is fixed to its parent and not to the TPM, so both go. */
    @Test
    void an_ak_that_is_not_fixed_to_its_tpm_is_refused() throws Exception {
        trial.useAk(
                Hierarchy.ENDORSEMENT,
                ak(AkTemplate.ATTRIBUTES & ~(ObjectAttributes.FIXED_TPM | ObjectAttributes.FIXED_PARENT)));

        assertThat(reason(trial.run())).isEqualTo(Reason.AK_TEMPLATE);
        theUnchangedRunPasses();
    }

    @ParameterizedTest
    @EnumSource(
            value = Hierarchy.class,
            names = {"OWNER", "NULL"})
    void an_ak_of_our_template_under_another_hierarchy_is_refused(Hierarchy hierarchy) throws Exception {
        trial.useAk(hierarchy, AkTemplate.template());

        assertThat(reason(trial.run())).isEqualTo(Reason.QUALIFIED_SIGNER);
        theUnchangedRunPasses();
    }

    @Test
    void an_ak_of_another_tpm_opens_nothing_and_guessing_is_refused() throws Exception {
        try (Node accomplice = Node.blank().boot("kernel 6.8");
                LoadedObject theirs = accomplice.key(Hierarchy.ENDORSEMENT, AkTemplate.template())) {
            byte[] theirAk = theirs.publicArea().bytes();
            trial.claim = claim -> Trial.withAk(claim, theirAk);

            assertThatExceptionOfType(TpmException.Refused.class).isThrownBy(() -> trial.run());

            trial.opening = credential -> Secret.owning(new byte[32]);
            trial.quoting = qualifyingData -> {
                var quote = accomplice.quote(theirs, qualifyingData, HashAlg.SHA256, Trial.PCRS);
                return new Evidence(
                        quote.attest(),
                        quote.signature().bytes(),
                        accomplice.pcrs(HashAlg.SHA256, Trial.PCRS),
                        accomplice.eventLog());
            };
            assertThat(reason(trial.run())).isEqualTo(Reason.EXTRA_DATA);
        }
        theUnchangedRunPasses();
    }

    /** The signature is a TPM's, and over whatever the attacker wrote: only the AK's template gives it away. */
    @Test
    void an_attest_that_an_unrestricted_key_signed_is_refused_for_its_key() throws Exception {
        byte[] sound = node.pcrs(HashAlg.SHA256, Trial.PCRS);
        node.measure(4, "bootkit");
        Evidence[] forged = new Evidence[1];
        try (LoadedObject key =
                node.key(Hierarchy.ENDORSEMENT, ak(AkTemplate.ATTRIBUTES & ~ObjectAttributes.RESTRICTED))) {
            trial.quoting = qualifyingData -> {
                byte[] attest = trial.prover()
                        .quote(qualifyingData, trial.policy.selection(), trial.log())
                        .attest();
                byte[] lie = HashAlg.SHA256.digest(sound);
                System.arraycopy(lie, 0, attest, attest.length - lie.length, lie.length);
                forged[0] = new Evidence(attest, node.sign(key, attest).bytes(), sound, node.eventLog());
                return forged[0];
            };
            assertThat(reason(trial.run())).as("as if the AK had signed").isEqualTo(Reason.SIGNATURE);
            assertThat(signedBy(key.publicArea(), forged[0]))
                    .as("it is that key's")
                    .isTrue();

            trial.claim = claim -> Trial.withAk(claim, key.publicArea().bytes());
            assertThat(reason(trial.run())).as("with that key as the AK").isEqualTo(Reason.AK_TEMPLATE);
        }
        node.powerCycle();
        node.boot("kernel 6.8");
        theUnchangedRunPasses();
    }

    @Test
    void the_ek_of_another_node_is_refused() throws Exception {
        try (Node other = Node.blank().boot("kernel 6.8")) {
            trial.node = other;

            assertThat(reason(trial.run())).isEqualTo(Reason.EK_NOT_ENROLLED);
            trial.node = node;
        }
        theUnchangedRunPasses();
    }

    @Test
    void a_claim_that_another_tls_client_passes_on_is_refused() throws Exception {
        trial.claim = claim ->
                new Claim(claim.ekPublic(), claim.ekChain(), claim.akPublic(), HashAlg.SHA256.digest(new byte[91]));

        assertThat(reason(trial.run())).isEqualTo(Reason.TLS_KEY);
        theUnchangedRunPasses();
    }

    @Test
    void a_quote_from_another_channel_is_refused() throws Exception {
        trial.nodesExporter = Optional.of(trial.bytes(32));

        assertThat(reason(trial.run())).isEqualTo(Reason.EXTRA_DATA);
        assertThat(reason(trial.renew())).isEqualTo(Reason.EXTRA_DATA);
        theUnchangedRunPasses();
    }

    @Test
    void an_ak_that_is_not_the_pinned_one_is_refused_until_re_baseline() throws Exception {
        try (Node other = Node.blank().boot("kernel 6.8")) {
            String othersName = AttestationKey.parse(
                            new Trial(other, EkTemplate.L_2).identity().ak().bytes())
                    .nameHex();
            trial.enrolment = new Enrolment(trial.enrolment.ek(), Optional.of(othersName));
        }

        assertThat(reason(trial.run())).isEqualTo(Reason.AK_NOT_PINNED);
        trial.enrolment = new Enrolment(trial.enrolment.ek(), Optional.empty());
        accepted(trial.run());
    }

    @Test
    void a_wrong_pcr_is_refused_by_its_number() throws Exception {
        node.measure(4, "bootkit");

        Verdict verdict = trial.run();

        assertThat(reason(verdict)).isEqualTo(Reason.PCR_MISMATCH);
        assertThat(((Verdict.Refused) verdict).findings()).singleElement().satisfies(finding -> {
            assertThat(finding.pcr()).hasValue(4);
            assertThat(finding.expected())
                    .hasSize(1)
                    .isNotEqualTo(List.of(finding.found().orElseThrow()));
        });
        trial.policy = Trial.valuesOf(node);
        accepted(trial.run());
    }

    @Test
    void fewer_pcrs_than_asked_for_are_refused() throws Exception {
        trial.quoting = quotingOf(HashAlg.SHA256, 0, 2, 7);

        assertThat(reason(trial.run())).isEqualTo(Reason.PCR_SELECTION);
        theUnchangedRunPasses();
    }

    @Test
    void another_bank_is_refused() throws Exception {
        trial.quoting = quotingOf(HashAlg.SHA1, Trial.PCRS);

        assertThat(reason(trial.run())).isEqualTo(Reason.PCR_BANK);
        theUnchangedRunPasses();
    }

    @Test
    void pcrs_into_which_nothing_was_measured_are_refused() throws Exception {
        node.powerCycle();

        Verdict verdict = trial.run();

        assertThat(reason(verdict)).isEqualTo(Reason.PCR_ZERO);
        assertThat(((Verdict.Refused) verdict).findings())
                .extracting(Finding::pcr)
                .extracting(pcr -> pcr.getAsInt())
                .containsExactly(0, 2, 4, 7);
        node.boot("kernel 6.8");
        theUnchangedRunPasses();
    }

    @Test
    void pcr_values_that_the_tpm_did_not_sign_are_refused() throws Exception {
        byte[] sound = node.pcrs(HashAlg.SHA256, Trial.PCRS);
        node.measure(4, "bootkit");
        trial.evidence = sent -> new Evidence(sent.attest(), sent.signature(), sound, sent.eventLog());

        assertThat(reason(trial.run())).isEqualTo(Reason.PCR_DIGEST);
        node.powerCycle();
        node.boot("kernel 6.8");
        accepted(trial.run());
    }

    @Test
    void every_byte_of_attest_and_signature_counts() throws Exception {
        Expectation[] expectation = new Expectation[1];
        Evidence sound = capture(expectation);
        for (int i = 0; i < sound.attest().length; i++) {
            Evidence tampered =
                    new Evidence(flipped(sound.attest(), i), sound.signature(), sound.pcrValues(), sound.eventLog());
            assertThat(reason(QuoteVerifier.verify(expectation[0], tampered)))
                    .as("byte %d of the attest", i)
                    .isIn(Reason.SIGNATURE, Reason.ATTEST_SHAPE);
        }
        for (int i = 0; i < sound.signature().length; i++) {
            Evidence tampered =
                    new Evidence(sound.attest(), flipped(sound.signature(), i), sound.pcrValues(), sound.eventLog());
            assertThat(reason(QuoteVerifier.verify(expectation[0], tampered)))
                    .as("byte %d of the signature", i)
                    .isIn(Reason.SIGNATURE, Reason.SIGNATURE_SHAPE);
        }
        accepted(QuoteVerifier.verify(expectation[0], sound));
    }

    @Test
    void the_quote_of_another_run_is_refused() throws Exception {
        Evidence[] first = new Evidence[1];
        trial.evidence = sent -> first[0] = sent;
        accepted(trial.run());
        trial.evidence = sent -> first[0];

        assertThat(reason(trial.run())).isEqualTo(Reason.EXTRA_DATA);
        assertThat(reason(trial.renew())).as("nor does it renew").isEqualTo(Reason.EXTRA_DATA);
        trial.evidence = sent -> sent;
        theUnchangedRunPasses();
    }

    @Test
    void the_quote_of_a_renewal_is_no_attestation() throws Exception {
        Evidence[] renewal = new Evidence[1];
        trial.evidence = sent -> renewal[0] = sent;
        accepted(trial.renew());
        trial.evidence = sent -> renewal[0];

        assertThat(reason(trial.run())).isEqualTo(Reason.EXTRA_DATA);
        trial.evidence = sent -> sent;
        theUnchangedRunPasses();
    }

    @Test
    void a_clone_that_was_left_behind_is_refused() throws Exception {
        try (Node clone = node.cloned().boot("kernel 6.8")) {
            for (int i = 0; i < 3; i++) {
                node.powerCycle();
            }
            node.boot("kernel 6.8");
            BootCounters last = accepted(trial.run()).quoted().counters();
            trial.lastSeen = Optional.of(last);
            trial.node = clone;

            assertThat(reason(trial.run())).isEqualTo(Reason.BOOT_COUNTERS);
            trial.lastSeen = Optional.empty();
            accepted(trial.run());
            trial.lastSeen = Optional.of(last);
            trial.node = node;
            accepted(trial.run());
        }
    }

    private void theUnchangedRunPasses() throws Exception {
        Trial unchanged = new Trial(node, EkTemplate.L_2);
        unchanged.enrolment = trial.enrolment;
        unchanged.policy = trial.policy;
        accepted(unchanged.run());
    }

    /** Our AK, and PCRs that nobody asked for. */
    private Trial.Step<byte[], Evidence> quotingOf(HashAlg bank, int... pcrs) {
        return qualifyingData -> {
            try (LoadedObject ak = node.key(Hierarchy.ENDORSEMENT, AkTemplate.template())) {
                return trial.byHand(ak, qualifyingData, bank, pcrs);
            }
        };
    }

    /** A sound quote, and what it was held against. */
    private Evidence capture(Expectation[] expectation) throws Exception {
        byte[] qualifyingData = trial.bytes(32);
        expectation[0] = new Expectation(
                AttestationKey.parse(trial.identity().ak().bytes()),
                TrustClass.VOUCHED,
                qualifyingData,
                trial.policy.selection(),
                trial.policy,
                Optional.empty());
        return trial.prover().quote(qualifyingData, trial.policy.selection(), trial.log());
    }

    private static boolean signedBy(PublicArea key, Evidence evidence) throws Exception {
        var signature = (dev.kekkai.tpm.structure.Signature.Ecdsa)
                dev.kekkai.tpm.structure.Signature.parse(evidence.signature());
        java.security.Signature ecdsa = java.security.Signature.getInstance("SHA256withECDSAinP1363Format");
        ecdsa.initVerify(key.parameters().publicKey());
        ecdsa.update(evidence.attest());
        return ecdsa.verify(signature.p1363(EccCurve.NIST_P256));
    }

    private static PublicArea ak(int attributes) {
        PublicArea sound = AkTemplate.template();
        return new PublicArea(sound.nameAlg(), attributes, sound.authPolicy(), sound.parameters());
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= 1;
        return flipped;
    }
}
