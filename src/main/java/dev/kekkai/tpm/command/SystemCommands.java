package dev.kekkai.tpm.command;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.TpmWriter;
import java.util.List;

/** The TPM as a whole (Part 3 §9, §16, §24.6). */
public record SystemCommands(Tpm tpm) {
    private static final int CLEAR = 0x0000;

    /** TPM2_Startup(TPM_SU_CLEAR). Firmware does this; only a TPM in software needs it. */
    public void startup() throws TpmException {
        tpm.run(CommandCode.STARTUP, List.of(), new TpmWriter().u16(CLEAR), (none, in) -> none);
    }

    /** TPM2_Shutdown(TPM_SU_CLEAR): announces a loss of power. */
    public void shutdown(Authorization... sessions) throws TpmException {
        tpm.run(CommandCode.SHUTDOWN, List.of(), new TpmWriter().u16(CLEAR), (none, in) -> none, sessions);
    }

    /** TPM2_Clear: a new owner. All keys under the owner hierarchy are destroyed, and resetCount begins again at zero. */
    public void clear(Hierarchy lockoutOrPlatform, Authorization... authorizations) throws TpmException {
        tpm.run(
                CommandCode.CLEAR,
                List.of(Entity.of(lockoutOrPlatform)),
                new TpmWriter(),
                (none, in) -> none,
                authorizations);
    }

    /**
     * TPM2_GetRandom.
     *
     * @param length 1 to 64 bytes; the TPM may have a lower limit, and then gives fewer
     */
    public Secret random(int length, Authorization... sessions) throws TpmException {
        if (length < 1 || length > HashAlg.MAX_LENGTH) {
            throw new IllegalArgumentException("a TPM gives 1 to 64 random bytes at a time, not " + length);
        }
        return tpm.run(
                CommandCode.GET_RANDOM,
                List.of(),
                new TpmWriter().u16(length),
                (none, in) -> Secret.owning(in.sized(length, "randomBytes")),
                sessions);
    }
}
