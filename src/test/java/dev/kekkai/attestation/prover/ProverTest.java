package dev.kekkai.attestation.prover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.attestation.Evidence;
import dev.kekkai.attestation.credential.WrappedCredential;
import dev.kekkai.attestation.eventlog.EventLog;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Recorder;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.SwtpmFactory;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException.Refused;
import dev.kekkai.tpm.command.CapabilityCommands;
import dev.kekkai.tpm.command.PcrCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.Attest;
import dev.kekkai.tpm.structure.Attested;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProverTest {
    private static final Hierarchies NO_AUTH = new Hierarchies(Secret.owning(new byte[0]));
    private static final byte[] QUALIFYING = HashAlg.SHA256.digest("transcript".getBytes(StandardCharsets.US_ASCII));
    private static final Selection PCRS = Selection.of(HashAlg.SHA256, List.of(0, 2, 4, 7));
    private static final List<Integer> HANDLE_KINDS = List.of(0x8000_0000, 0x0200_0000, 0x0300_0000);

    @TempDir
    private Path folder;

    private Swtpm swtpm;
    private Recorder wire;
    private Tpm tpm;

    @BeforeEach
    void start() throws Exception {
        swtpm = Swtpm.start();
        wire = new Recorder(Tpms.transport(swtpm));
        tpm = new Tpm(wire, Tpms.TIMEOUT);
        for (int pcr : PCRS.pcrs()) {
            new PcrCommands(tpm)
                    .extend(
                            pcr,
                            Map.of(
                                    HashAlg.SHA256, HashAlg.SHA256.digest(new byte[] {(byte) pcr}),
                                    HashAlg.SHA384, HashAlg.SHA384.digest(new byte[] {(byte) pcr})));
        }
    }

    @AfterEach
    void nothing_is_left_in_the_tpm() throws Exception {
        for (int kind : HANDLE_KINDS) {
            assertThat(new CapabilityCommands(tpm).handles(kind)).isEmpty();
        }
        tpm.close();
        swtpm.close();
    }

    @ParameterizedTest
    @EnumSource
    void the_tpm_opens_what_was_sealed_to_its_ek_and_ak_and_nobody_on_the_wire_sees_it(EkTemplate template)
            throws Exception {
        Prover prover = new Prover(tpm, template, NO_AUTH);
        NodeIdentity identity = prover.identity();
        try (Secret secret = Secret.owning(QUALIFYING.clone())) {
            WrappedCredential credential =
                    WrappedCredential.make(identity.ek(), identity.akName(), secret, new SecureRandom());
            wire.forget();
            try (Secret opened = prover.activate(credential)) {
                assertThat(opened.sameAs(secret.lent())).isTrue();
            }
            assertThat(wire.count()).isPositive();
            assertThat(wire.saw(secret.lent())).isFalse();
        }
    }

    @Test
    void what_was_sealed_for_another_ak_or_another_ek_stays_shut_and_nothing_stays_loaded() throws Exception {
        Prover prover = new Prover(tpm, EkTemplate.L_2, NO_AUTH);
        NodeIdentity identity = prover.identity();
        byte[] otherName = identity.akName();
        otherName[33] ^= 1;
        try (Secret secret = Secret.owning(new byte[32])) {
            SecureRandom random = new SecureRandom();
            WrappedCredential otherAk = WrappedCredential.make(identity.ek(), otherName, secret, random);
            WrappedCredential otherEk = WrappedCredential.make(
                    new Prover(tpm, EkTemplate.H_2, NO_AUTH).identity().ek(), identity.akName(), secret, random);

            assertThatExceptionOfType(Refused.class)
                    .isThrownBy(() -> prover.activate(otherAk))
                    .withMessageContaining("TPM_RC_INTEGRITY");
            assertThatExceptionOfType(Refused.class)
                    .isThrownBy(() -> prover.activate(otherEk))
                    .withMessageContaining("TPM_RC_INTEGRITY");
        }
    }

    @Test
    void a_quote_comes_with_the_values_that_it_covers_and_with_the_event_log() throws Exception {
        byte[] log = "the log".getBytes(StandardCharsets.US_ASCII);
        Prover prover = new Prover(tpm, EkTemplate.L_2, NO_AUTH);
        for (HashAlg bank : List.of(HashAlg.SHA256, HashAlg.SHA384)) {
            Evidence evidence = prover.quote(
                    QUALIFYING,
                    Selection.of(bank, PCRS.pcrs()),
                    new FirmwareLog(Files.write(folder.resolve("log"), log)));

            Attest attest = Attest.parse(evidence.attest());
            assertThat(attest.extraData()).isEqualTo(QUALIFYING);
            assertThat(evidence.pcrValues()).hasSize(4 * bank.length());
            assertThat(((Attested.Quote) attest.attested()).pcrDigest())
                    .isEqualTo(HashAlg.SHA256.digest(evidence.pcrValues()));
            assertThat(evidence.eventLog()).isEqualTo(log);
        }
    }

    @Test
    void a_log_may_be_missing_but_not_longer_than_a_verifier_takes() throws Exception {
        assertThat(new FirmwareLog(folder.resolve("none")).read()).isEmpty();
        Path full = Files.write(folder.resolve("full"), new byte[EventLog.MAX_BYTES]);
        assertThat(new FirmwareLog(full).read()).hasSize(EventLog.MAX_BYTES);
        Path tooLong = Files.write(folder.resolve("long"), new byte[EventLog.MAX_BYTES + 1]);
        assertThatExceptionOfType(ProverException.class)
                .isThrownBy(() -> new FirmwareLog(tooLong).read())
                .withMessageContaining("longer than");
        assertThatExceptionOfType(ProverException.class)
                .isThrownBy(() -> new FirmwareLog(folder).read())
                .withMessageContaining("cannot be read");
    }

    @Test
    void the_identity_is_the_same_after_a_loss_of_power_and_is_what_the_claim_says() throws Exception {
        NodeIdentity before = new Prover(tpm, EkTemplate.L_2, NO_AUTH).identity();
        tpm.close();
        swtpm.losePower();
        wire = new Recorder(Tpms.transport(swtpm));
        tpm = new Tpm(wire, Tpms.TIMEOUT);

        NodeIdentity after = new Prover(tpm, EkTemplate.L_2, NO_AUTH).identity();
        assertThat(after.ek().bytes()).isEqualTo(before.ek().bytes());
        assertThat(after.ak().bytes()).isEqualTo(before.ak().bytes());
        assertThat(after.ekChain()).isEmpty();
        assertThat(after.claim(QUALIFYING).akPublic()).isEqualTo(before.ak().bytes());
        assertThat(AkTemplate.matches(after.ak())).isTrue();
        assertThat(EkChoice.of(tpm, NO_AUTH)).isEqualTo(EkTemplate.L_2);
    }

    @Test
    void a_hierarchy_that_somebody_took_is_explained_and_its_value_opens_it() throws Exception {
        // TPM2_HierarchyChangeAuth of the endorsement hierarchy, from an empty value to "taken".
        byte[] changed = wire.transmit(
                HexFormat.of()
                        .parseHex("800200000022" + "00000129" + "4000000b" + "00000009400000090000010000"
                                + "000574616b656e"),
                Tpms.TIMEOUT);
        assertThat(HexFormat.of().formatHex(changed, 6, 10)).isEqualTo("00000000");

        assertThatExceptionOfType(ProverException.class)
                .isThrownBy(() -> new Prover(tpm, EkTemplate.L_2, NO_AUTH).identity())
                .withMessageContaining("has another authorisation value than the one configured");
        Hierarchies taken = new Hierarchies(Secret.owning("taken".getBytes(StandardCharsets.US_ASCII)));
        Prover prover = new Prover(tpm, EkTemplate.L_2, taken);
        NodeIdentity identity = prover.identity();
        try (Secret secret = Secret.owning(new byte[32]);
                Secret opened = prover.activate(
                        WrappedCredential.make(identity.ek(), identity.akName(), secret, new SecureRandom()))) {
            assertThat(opened.sameAs(secret.lent())).isTrue();
        }
    }

    @Test
    void eks_are_those_that_the_maker_certified(@TempDir Path factoryFolder) throws Exception {
        SwtpmFactory factory = SwtpmFactory.in(factoryFolder);
        try (Swtpm made = Swtpm.manufactured(factory);
                Tpm itsTpm = Tpms.connect(made)) {
            assertThat(EkChoice.of(itsTpm, NO_AUTH)).isEqualTo(EkTemplate.H_3);
            for (EkTemplate template : List.of(EkTemplate.L_1, EkTemplate.H_3)) {
                NodeIdentity identity = new Prover(itsTpm, template, NO_AUTH).identity();
                assertThat(identity.ekChain()).hasSize(1);
                PublicKey certified = CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(identity.ekChain().getFirst()))
                        .getPublicKey();
                assertThat(certified.getEncoded())
                        .isEqualTo(identity.ek().parameters().publicKey().getEncoded());
            }
        }
    }

    @Test
    void a_bank_that_is_not_there_is_named(@TempDir Path factoryFolder) throws Exception {
        Selection sha512 = Selection.of(HashAlg.SHA512, List.of(0));
        try (Swtpm made = Swtpm.manufactured(SwtpmFactory.in(factoryFolder));
                Tpm itsTpm = Tpms.connect(made)) {
            assertThatExceptionOfType(ProverException.class)
                    .isThrownBy(() -> new Prover(itsTpm, EkTemplate.L_2, NO_AUTH)
                            .quote(QUALIFYING, sha512, new FirmwareLog(folder.resolve("none"))))
                    .withMessageContaining("this TPM has no PCRs sha512:0: allocate the bank");
        }
    }
}
