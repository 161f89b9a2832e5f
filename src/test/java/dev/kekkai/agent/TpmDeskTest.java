package dev.kekkai.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.prover.NodeIdentity;
import dev.kekkai.attestation.prover.Prover;
import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.command.CapabilityCommands;
import dev.kekkai.tpm.command.ObjectCommands;
import dev.kekkai.tpm.command.SessionCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.Sensitive;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TpmDeskTest {
    private static final int TRANSIENT = 0x8000_0000;
    private static final int SESSIONS = 0x0200_0000;

    /** A software TPM has three places and no resource manager, and an agent that is killed flushes nothing. */
    @Test
    void what_an_agent_that_was_killed_left_in_a_software_tpm_is_in_nobodys_way() throws Exception {
        try (BootedTpm booted = BootedTpm.start()) {
            TpmDesk desk = new TpmDesk(booted.address(), Optional.empty());
            NodeIdentity before = desk.work(Prover::identity);
            try (Tpm killed = Tpms.connect(booted.swtpm())) {
                for (int i = 0; i < 2; i++) {
                    new ObjectCommands(killed)
                            .createPrimary(Hierarchy.ENDORSEMENT, AkTemplate.template(), Sensitive.none());
                    new SessionCommands(killed).policy(HashAlg.SHA256);
                }
                assertThat(loaded(killed, TRANSIENT)).isEqualTo(2);
                assertThat(loaded(killed, SESSIONS)).isEqualTo(2);
            }

            assertThat(desk.work(Prover::identity).ak().bytes())
                    .isEqualTo(before.ak().bytes());
            try (Tpm now = Tpms.connect(booted.swtpm())) {
                assertThat(loaded(now, TRANSIENT)).isZero();
                assertThat(loaded(now, SESSIONS)).isZero();
            }
        }
    }

    private static int loaded(Tpm tpm, int kind) throws Exception {
        return new CapabilityCommands(tpm).handles(kind).size();
    }
}
