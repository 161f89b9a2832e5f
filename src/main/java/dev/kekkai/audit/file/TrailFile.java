package dev.kekkai.audit.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Makes sure that the file of a trail is ours alone to write, and opens it for appending. */
final class TrailFile {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private TrailFile() {}

    /**
     * Creates the file with mode 0600 in one step if there is none, and checks one that is there.
     *
     * @throws FileSystemException if the folder is missing, or the file is a link, not a regular file, or writable by group or others
     */
    static void prepare(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new FileSystemException(file.toString(), null, "its folder does not exist; create it with mode 0700");
        }
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException there) {
            check(file);
        }
    }

    /**
     * A stream that appends. The JDK makes one {@code write(2)} of each array that fits, and unlike a FileChannel the stream survives the
     * interruption of a thread that writes to it.
     */
    static OutputStream append(Path file) throws IOException {
        return Files.newOutputStream(
                file, StandardOpenOption.WRITE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
    }

    private static void check(Path file) throws IOException {
        PosixFileAttributes found = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (found.isSymbolicLink()) {
            throw new FileSystemException(
                    file.toString(), null, "is a symbolic link; the audit trail must be the file itself");
        }
        if (!found.isRegularFile()) {
            throw new FileSystemException(file.toString(), null, "is not a regular file; move it aside");
        }
        Set<PosixFilePermission> mode = found.permissions();
        if (mode.contains(PosixFilePermission.GROUP_WRITE) || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new FileSystemException(
                    file.toString(),
                    null,
                    "is writable by others than its owner, who could have changed it; look at it, then chmod 0600");
        }
    }
}
