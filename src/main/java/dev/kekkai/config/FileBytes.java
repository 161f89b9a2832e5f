package dev.kekkai.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a small file whole, and says plainly why it cannot. */
final class FileBytes {
    private FileBytes() {}

    /** At most one byte more than {@link StrictYaml#LIMIT}, or empty with one more problem. */
    static Optional<byte[]> read(Path file, String remedyIfMissing, Problems problems) {
        Origin whole = new Origin.InFile(file.toString(), 0, 0);
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            problems.add(whole, "", "is not a regular file", remedyIfMissing);
            return Optional.empty();
        }
        try (InputStream stream = Files.newInputStream(file)) {
            return Optional.of(stream.readNBytes(StrictYaml.LIMIT + 1));
        } catch (NoSuchFileException missing) {
            problems.add(whole, "", "does not exist", remedyIfMissing);
        } catch (AccessDeniedException denied) {
            problems.add(whole, "", "must not be read by this user", "give the user that runs Kekkai read access");
        } catch (IOException unreadable) {
            problems.add(whole, "", "cannot be read: " + unreadable.getMessage(), "check the disk and the path");
        }
        return Optional.empty();
    }
}
