package dev.kekkai.tpm.fuzz;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.AttestationCommands;
import dev.kekkai.tpm.command.CapabilityCommands;
import dev.kekkai.tpm.command.CreatedObject;
import dev.kekkai.tpm.command.Entity;
import dev.kekkai.tpm.command.KeyCommands;
import dev.kekkai.tpm.command.NvCommands;
import dev.kekkai.tpm.command.ObjectCommands;
import dev.kekkai.tpm.command.PcrCommands;
import dev.kekkai.tpm.command.SessionCommands;
import dev.kekkai.tpm.command.SystemCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PcrSelection;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.Sensitive;
import dev.kekkai.tpm.transport.TpmTransport;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** A TPM that answers everything with the input, to a command that the input's first byte chooses. */
public final class ResponseTarget {
    private static final Entity ENTITY = Entity.of(Hierarchy.OWNER);
    private static final PcrSelection PCRS = PcrSelection.of(HashAlg.SHA256, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

    private interface Command {
        void run(Tpm tpm) throws TpmException;
    }

    private static final List<Command> COMMANDS = List.of(
            tpm -> new SystemCommands(tpm).random(32).close(),
            tpm -> new CapabilityCommands(tpm).handles(0x8000_0000),
            tpm -> new CapabilityCommands(tpm).properties(0, 1),
            tpm -> new CapabilityCommands(tpm).pcrBanks(),
            tpm -> new PcrCommands(tpm).read(PCRS),
            tpm -> new NvCommands(tpm).readPublic(0x0180_0000),
            tpm -> new NvCommands(tpm).read(ENTITY, NvCommands.ordinary(0x0180_0000, 0, 16)),
            tpm -> new ObjectCommands(tpm)
                    .createPrimary(Hierarchy.OWNER, AkTemplate.template(), Sensitive.none())
                    .close(),
            tpm -> new ObjectCommands(tpm).create(ENTITY, AkTemplate.template(), Sensitive.none()),
            tpm -> new ObjectCommands(tpm)
                    .load(ENTITY, new CreatedObject(new byte[8], AkTemplate.template()))
                    .close(),
            tpm -> new ObjectCommands(tpm).readPublic(0x8000_0000),
            tpm -> new SessionCommands(tpm).policy(HashAlg.SHA256).close(),
            tpm -> new AttestationCommands(tpm).quote(ENTITY, new byte[32], PcrSelectionList.of(PCRS)),
            tpm -> new AttestationCommands(tpm)
                    .activateCredential(ENTITY, ENTITY, new byte[8], new byte[8])
                    .close(),
            tpm -> new KeyCommands(tpm).sign(ENTITY, new byte[32]),
            tpm -> new KeyCommands(tpm).unseal(ENTITY).close());

    private ResponseTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] response = Arrays.copyOfRange(input, 1, input.length);
        try (Tpm tpm = new Tpm(answering(response), Duration.ofMillis(1))) {
            COMMANDS.get(Byte.toUnsignedInt(input[0]) % COMMANDS.size()).run(tpm);
        } catch (TpmException e) {
            // That is what it is for.
        }
    }

    private static TpmTransport answering(byte[] response) {
        return new TpmTransport() {
            @Override
            public byte[] transmit(byte[] command, Duration timeout) {
                return response.clone();
            }

            @Override
            public void close() {}
        };
    }
}
