package dev.kekkai.tpm.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException.Refused;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.Attest;
import dev.kekkai.tpm.structure.Attested;
import dev.kekkai.tpm.structure.EccCurve;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.Names;
import dev.kekkai.tpm.structure.PcrSelection;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.Sensitive;
import dev.kekkai.tpm.structure.Signature;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AttestationCommandsTest {
    private static final byte[] NONCE = HashAlg.SHA256.digest("nonce".getBytes(StandardCharsets.US_ASCII));
    private static final int PCRS = 24;

    private Swtpm swtpm;
    private Tpm tpm;

    @BeforeEach
    void start() throws Exception {
        swtpm = Swtpm.start();
        tpm = Tpms.connect(swtpm);
    }

    @AfterEach
    void stop() throws Exception {
        tpm.close();
        swtpm.close();
    }

    @Test
    void a_quote_of_all_pcrs_verifies_with_the_jca_and_says_who_signed_what() throws Exception {
        for (int pcr = 0; pcr < 16; pcr++) {
            new PcrCommands(tpm).extend(pcr, Map.of(HashAlg.SHA256, HashAlg.SHA256.digest(new byte[] {(byte) pcr})));
        }
        int[] all = java.util.stream.IntStream.range(0, PCRS).toArray();
        PcrSelection selection = PcrSelection.of(HashAlg.SHA256, all);
        SortedMap<Integer, byte[]> values = new PcrCommands(tpm).read(selection);
        try (LoadedObject ak = ak(Hierarchy.ENDORSEMENT)) {
            AttestationCommands.Quote quote =
                    new AttestationCommands(tpm).quote(ak.entity(), NONCE, PcrSelectionList.of(selection));

            assertThat(verifies(quote, ak.publicArea())).isTrue();
            Attest attest = Attest.parse(quote.attest());
            assertThat(attest.magic()).isEqualTo(Attest.GENERATED);
            assertThat(attest.extraData()).isEqualTo(NONCE);
            assertThat(attest.qualifiedSigner())
                    .isEqualTo(Names.qualified(
                            Hierarchy.ENDORSEMENT,
                            HashAlg.SHA256,
                            ak.publicArea().name()));
            assertThat(values).hasSize(PCRS);
            assertThat(attest.attested()).isInstanceOfSatisfying(Attested.Quote.class, quoted -> {
                assertThat(quoted.pcrSelect()).isEqualTo(PcrSelectionList.of(selection));
                assertThat(quoted.pcrDigest())
                        .isEqualTo(HashAlg.SHA256.digest(values.values().toArray(byte[][]::new)));
            });
        }
    }

    @Test
    void the_ak_goes_on_quoting_when_the_dictionary_attack_counter_has_run_up() throws Exception {
        try (LoadedObject ak = ak(Hierarchy.ENDORSEMENT)) {
            lockOut();
            assertThat(new AttestationCommands(tpm)
                            .quote(ak.entity(), NONCE, PcrSelectionList.of(PcrSelection.of(HashAlg.SHA256, 0)))
                            .attest())
                    .isNotEmpty();
        }
    }

    /** Guesses an authorisation value until the TPM will hear no more. */
    private void lockOut() throws Exception {
        PublicArea template = Templates.storage();
        PublicArea guarded = new PublicArea(
                template.nameAlg(),
                template.attributes() & ~dev.kekkai.tpm.structure.ObjectAttributes.NO_DA,
                template.authPolicy(),
                template.parameters());
        try (LoadedObject parent = new ObjectCommands(tpm)
                .createPrimary(
                        Hierarchy.OWNER,
                        guarded,
                        Sensitive.auth(Secret.owning("right".getBytes(StandardCharsets.US_ASCII))))) {
            Refused last = null;
            for (int guess = 0; guess < 40 && (last == null || !last.code().is("TPM_RC_LOCKOUT")); guess++) {
                last = org.junit.jupiter.api.Assertions.assertThrows(Refused.class, () -> new ObjectCommands(tpm)
                        .create(
                                parent.entity(),
                                Templates.signing(),
                                Sensitive.none(),
                                new dev.kekkai.tpm.session.Password(
                                        Secret.owning("wrong".getBytes(StandardCharsets.US_ASCII)))));
            }
            assertThat(last).hasMessageContaining("TPM_RC_LOCKOUT");
        }
        PublicArea without = new PublicArea(
                HashAlg.SHA256,
                AkTemplate.ATTRIBUTES & ~dev.kekkai.tpm.structure.ObjectAttributes.NO_DA,
                new byte[0],
                AkTemplate.template().parameters());
        try (LoadedObject ak =
                new ObjectCommands(tpm).createPrimary(Hierarchy.ENDORSEMENT, without, Sensitive.none())) {
            assertThatExceptionOfType(Refused.class)
                    .as("an AK without noDA refuses, so the attribute is what makes the difference")
                    .isThrownBy(() -> new AttestationCommands(tpm)
                            .quote(ak.entity(), NONCE, PcrSelectionList.of(PcrSelection.of(HashAlg.SHA256, 0))))
                    .withMessageContaining("TPM_RC_LOCKOUT");
        }
    }

    private LoadedObject ak(Hierarchy hierarchy) throws Exception {
        return new ObjectCommands(tpm).createPrimary(hierarchy, AkTemplate.template(), Sensitive.none());
    }

    private static boolean verifies(AttestationCommands.Quote quote, PublicArea ak) throws Exception {
        PublicKey key = ak.parameters().publicKey();
        java.security.Signature ecdsa = java.security.Signature.getInstance("SHA256withECDSAinP1363Format");
        ecdsa.initVerify(key);
        ecdsa.update(quote.attest());
        return ecdsa.verify(((Signature.Ecdsa) quote.signature()).p1363(EccCurve.NIST_P256));
    }
}
