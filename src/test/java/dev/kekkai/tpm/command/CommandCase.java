package dev.kekkai.tpm.command;

import dev.kekkai.tpm.session.Authorization;
import org.jspecify.annotations.Nullable;

/**
 * One command as a test runs it.
 *
 * @param sessions whether the TPM allows sessions with it at all
 * @param passwords how many of its authorisations are passwords
 * @param response what its response's parameters look like, see {@link SizeFields}
 */
record CommandCase(CommandCode code, boolean sessions, int passwords, String response, Scenario scenario) {
    /** Prepares the TPM, has the command performed, and tidies up. */
    @FunctionalInterface
    interface Scenario {
        void play(Tpm tpm, Stage stage) throws Exception;
    }

    /** Where a command is performed, once or many times, in whatever light. */
    @FunctionalInterface
    interface Stage {
        void perform(Call call) throws Exception;
    }

    /** The command itself and nothing else; what it gives is closed. */
    @FunctionalInterface
    interface Call {
        @Nullable
        AutoCloseable run(Authorization... extra) throws Exception;
    }

    @Override
    public String toString() {
        return code.toString();
    }
}
