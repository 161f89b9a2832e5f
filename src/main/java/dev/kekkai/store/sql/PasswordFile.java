package dev.kekkai.store.sql;

import dev.kekkai.files.Ownership;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/** A file with a database password: readable by its owner only, one line. */
final class PasswordFile {
    private static final int MOST_BYTES = 1024;
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private PasswordFile() {}

    /** The password without the end of its line. The message of a failure says nothing of it. */
    static String read(Path file) throws IOException {
        try {
            Optional<String> objection = Ownership.objection(file);
            if (objection.isPresent()) {
                throw new IOException(objection.get());
            }
            if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
                throw new IOException(file + " can be read by others than its owner: chmod 0600 " + file);
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException(file + " has more than " + MOST_BYTES + " bytes: it is to hold a password alone");
            }
            String password = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).replaceFirst("\\R\\z", "");
            if (password.isEmpty() || password.contains("\n")) {
                throw new IOException(file + " must hold one line, the password");
            }
            return password;
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file + ": write the password there, or name another file", e);
        }
    }
}
