package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.PinRefused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Remembers across restarts which PIN file a token refused, so that a supervisor that restarts us cannot lock the token.
 *
 * <p>Before each login the attempt is noted on disk; if it cannot be noted, there is no login. Success erases the note, a refusal keeps it
 * for that token serial and that very file. An attempt whose end nobody saw (the process died in {@code C_Login}) may be made once more.
 * Neither the PIN nor anything derived from it is written.
 */
final class PinLedger {
    private static final String PENDING = "pending";
    private static final String PENDING_AGAIN = "pending-again";
    private static final String REFUSED = "refused";

    private final Path file;

    /** A ledger kept in a file, whose folder must exist. */
    PinLedger(Path file) {
        this.file = file;
    }

    /** Notes that a login is about to be tried, or throws if it must not be. */
    void begin(String serial, String pinIdentity) throws PinRefused, Misconfigured {
        List<String> note = read();
        String state = PENDING;
        if (note.size() == 3 && note.get(1).equals(serial) && note.get(2).equals(pinIdentity)) {
            switch (note.getFirst()) {
                case PENDING -> state = PENDING_AGAIN;
                case REFUSED ->
                    throw new PinRefused("the token with serial " + serial
                            + " has refused the PIN in this file before, so it is not tried again: write the right PIN to "
                            + pathOf(pinIdentity) + " (any rewrite of the file allows one new try)");
                default ->
                    throw new PinRefused("two logins to the token with serial " + serial
                            + " ended without an answer (the process died in C_Login), so none is tried again: check the HSM and its library, then rewrite "
                            + pathOf(pinIdentity) + " to allow a new try");
            }
        }
        write(List.of(state, serial, pinIdentity));
    }

    void succeeded() throws Misconfigured {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    void refused(String serial, String pinIdentity) throws Misconfigured {
        write(List.of(REFUSED, serial, pinIdentity));
    }

    private List<String> read() throws Misconfigured {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void write(List<String> lines) throws Misconfigured {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer text = ByteBuffer.wrap(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
                while (text.hasRemaining()) {
                    channel.write(text);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private static String pathOf(String pinIdentity) {
        return pinIdentity.substring(0, pinIdentity.indexOf(" dev "));
    }

    private Misconfigured unusable(IOException e) {
        return new Misconfigured(
                "cannot keep the record of refused PINs in " + file + " (" + e.getMessage()
                        + "); without it no login is tried, because a restart loop could lock the token",
                e);
    }
}
