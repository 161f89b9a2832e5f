package dev.kekkai.tpm.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.SwtpmFactory;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException.Refused;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.Attest;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PcrSelection;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.Sensitive;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemCommandsTest {
    /** TPM_PT_FAMILY_INDICATOR: "2.0". */
    private static final int FAMILY = 0x100;

    @Test
    void a_tpm_says_what_it_is_and_gives_random_bytes() throws Exception {
        try (Swtpm swtpm = Swtpm.startOnTcp();
                Tpm tpm = Tpms.connect(swtpm);
                Secret one = new SystemCommands(tpm).random(32);
                Secret two = new SystemCommands(tpm).random(32)) {
            assertThat(one.length()).isEqualTo(32);
            assertThat(one.sameAs(two.lent())).isFalse();
            CapabilityCommands capabilities = new CapabilityCommands(tpm);
            assertThat(capabilities.property(FAMILY)).hasValue(0x322E3000);
            assertThat(capabilities.property(0x7FFF_FFFF)).isEmpty();
            assertThat(capabilities.pcrBanks()).extracting(PcrSelection::bank).contains(HashAlg.SHA256);
            assertThat(capabilities.pcrBanks().getFirst().pcrs()).hasSize(24);
            assertThatIllegalArgumentException().isThrownBy(() -> new SystemCommands(tpm).random(65));
        }
    }

    @Test
    void clearing_makes_other_keys_for_the_owner_and_counts_resets_from_zero() throws Exception {
        try (Swtpm swtpm = Swtpm.start()) {
            swtpm.losePower();
            try (Tpm tpm = Tpms.connect(swtpm)) {
                byte[] before = owned(tpm);
                assertThat(resetCount(tpm)).isPositive();

                new SystemCommands(tpm).clear(Hierarchy.LOCKOUT);

                assertThat(owned(tpm)).isNotEqualTo(before);
                assertThat(resetCount(tpm)).isZero();
            }
        }
    }

    @Test
    void a_shutdown_that_was_announced_needs_a_startup_before_the_next_session() throws Exception {
        try (Swtpm swtpm = Swtpm.start();
                Tpm tpm = Tpms.connect(swtpm)) {
            new SystemCommands(tpm).shutdown();
            assertThatExceptionOfType(Refused.class)
                    .as("it was started up already")
                    .isThrownBy(() -> new SystemCommands(tpm).startup())
                    .withMessage("TPM2_STARTUP was refused: TPM_RC_INITIALIZE (0x100)");
        }
    }

    @Test
    void pcrs_of_a_bank_that_is_not_there_are_missing(@TempDir Path folder) throws Exception {
        try (Swtpm swtpm = Swtpm.manufactured(SwtpmFactory.in(folder));
                Tpm tpm = Tpms.connect(swtpm)) {
            assertThat(new CapabilityCommands(tpm).pcrBanks())
                    .extracting(PcrSelection::bank)
                    .containsExactly(HashAlg.SHA1, HashAlg.SHA256, HashAlg.SHA384);
            int[] ten = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
            assertThat(new PcrCommands(tpm).read(PcrSelection.of(HashAlg.SHA384, ten)))
                    .hasSize(10);
            assertThat(new PcrCommands(tpm).read(PcrSelection.of(HashAlg.SHA512, ten)))
                    .isEmpty();
        }
    }

    private static byte[] owned(Tpm tpm) throws Exception {
        try (LoadedObject key =
                new ObjectCommands(tpm).createPrimary(Hierarchy.OWNER, Templates.storage(), Sensitive.none())) {
            return key.publicArea().bytes();
        }
    }

    private static long resetCount(Tpm tpm) throws Exception {
        try (LoadedObject ak =
                new ObjectCommands(tpm).createPrimary(Hierarchy.ENDORSEMENT, AkTemplate.template(), Sensitive.none())) {
            return Attest.parse(new AttestationCommands(tpm)
                            .quote(ak.entity(), new byte[32], PcrSelectionList.of(PcrSelection.of(HashAlg.SHA256, 0)))
                            .attest())
                    .clockInfo()
                    .resetCount();
        }
    }
}
