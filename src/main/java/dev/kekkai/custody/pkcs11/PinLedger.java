package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.PinRefused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
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
 * <p>Before each login the attempt is noted on disk; if it cannot be noted, there is no login. Success erases the note. A refusal keeps it: for
 * that token serial and that very file no login is tried again, and after three refusals in a row none with any other file either, since
 * something may be rewriting the same wrong PIN. An attempt whose end nobody saw (the process died in {@code C_Login}, the token answered with a
 * fault) may be made again as long as the token itself says that no wrong PIN is outstanding. Neither the PIN nor anything derived from it is
 * written.
 */
final class PinLedger {
    private static final String PENDING = "pending";
    private static final String REFUSED = "refused";
    private static final int MOST_REFUSALS = 3;

    private final Path file;

    /** A ledger kept in a file, whose folder must exist. */
    PinLedger(Path file) {
        this.file = file;
    }

    /**
     * What is on disk.
     *
     * @param refusals of PINs since the last login that succeeded
     */
    private record Note(String state, String serial, String pinIdentity, int refusals) {}

    /**
     * Notes that a login is about to be tried, or throws if it must not be.
     *
     * @param wrongPinOutstanding that the token says a wrong PIN was entered since the last good one ({@code CKF_USER_PIN_COUNT_LOW})
     */
    void begin(String serial, String pinIdentity, boolean wrongPinOutstanding) throws PinRefused, Misconfigured {
        Note note = read();
        if (!note.serial.isEmpty() && !note.serial.equals(serial)) {
            note = new Note("", serial, "", 0);
        }
        if (note.refusals >= MOST_REFUSALS) {
            throw new PinRefused("the token with serial " + serial + " has refused " + note.refusals
                    + " PINs in a row, so none is tried again: make sure that " + pathOf(pinIdentity)
                    + " holds the right one, and what writes it; then remove " + file + " to allow one more try");
        }
        if (note.state.equals(REFUSED) && note.pinIdentity.equals(pinIdentity)) {
            throw new PinRefused("the token with serial " + serial
                    + " has refused the PIN in this file before, so it is not tried again: write the right PIN to "
                    + pathOf(pinIdentity) + " (a rewrite of the file allows one new try)");
        }
        if (note.state.equals(PENDING) && wrongPinOutstanding) {
            throw new PinRefused("a login to the token with serial " + serial
                    + " ended without an answer, and the token says that a wrong PIN was entered: make sure that "
                    + pathOf(pinIdentity)
                    + " holds the right one, then remove " + file + " to allow one more try");
        }
        write(new Note(PENDING, serial, pinIdentity, note.refusals));
    }

    void succeeded() throws Misconfigured {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    void refused(String serial, String pinIdentity) throws Misconfigured {
        write(new Note(REFUSED, serial, pinIdentity, read().refusals + 1));
    }

    /** A note that cannot be read counts as an attempt without an end. */
    private Note read() throws Misconfigured {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.size() == 4 && lines.get(3).matches("[0-9]{1,4}")
                    ? new Note(lines.get(0), lines.get(1), lines.get(2), Integer.parseInt(lines.get(3)))
                    : new Note(PENDING, "", "", 0);
        } catch (NoSuchFileException e) {
            return new Note("", "", "", 0);
        } catch (CharacterCodingException e) {
            return new Note(PENDING, "", "", 0);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void write(Note note) throws Misconfigured {
        List<String> lines = List.of(note.state, note.serial, note.pinIdentity, Integer.toString(note.refusals));
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
            try (FileChannel folder = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
                folder.force(true);
            }
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
