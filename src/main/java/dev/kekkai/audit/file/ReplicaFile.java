package dev.kekkai.audit.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;

/** The name of this replica, kept in the state folder: a random UUID, made once. */
public final class ReplicaFile {
    private static final int LONGEST = 64;

    private ReplicaFile() {}

    /** Reads it, or empty if there is none. */
    public static Optional<UUID> find(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LONGEST) {
            throw unreadable(file);
        }
        try {
            return Optional.of(UUID.fromString(Files.readString(file).strip()));
        } catch (IllegalArgumentException e) {
            throw unreadable(file);
        }
    }

    /** Reads it, or makes one with mode 0600. */
    public static UUID findOrMake(Path file) throws IOException {
        Optional<UUID> found = find(file);
        if (found.isPresent()) {
            return found.get();
        }
        UUID made = UUID.randomUUID();
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(whole);
        Files.createFile(whole, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(whole, (made + "\n").getBytes(StandardCharsets.US_ASCII));
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        return made;
    }

    private static FileSystemException unreadable(Path file) {
        return new FileSystemException(
                file.toString(),
                null,
                "does not hold the UUID of this replica; restore it (each record of the audit trail names it as replica)");
    }
}
