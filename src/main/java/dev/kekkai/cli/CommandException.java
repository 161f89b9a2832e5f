package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;

/** A command that failed, with the code to end with and a message for whoever typed it. */
final class CommandException extends Exception {
    private final ExitCode code;

    CommandException(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }
}
