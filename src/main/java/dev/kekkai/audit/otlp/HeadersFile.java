package dev.kekkai.audit.otlp;

import dev.kekkai.files.Ownership;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A file with headers, a line {@code Name: value} each: readable by its owner only, because a token is in it. */
final class HeadersFile {
    private static final int MOST_BYTES = 16 * 1024;
    private static final String HEADER = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}:[ \t]*[!-~]([ -~]*[!-~])?[ \t]*";
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private HeadersFile() {}

    /** What is in it. The message of a failure says nothing of that. */
    static Map<String, String> read(Path file) throws IOException {
        try {
            Optional<String> objection = Ownership.objection(file);
            if (objection.isPresent()) {
                throw new IOException(objection.get());
            }
            if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
                throw new IOException(file + " can be read by others than its owner: chmod 0600 " + file);
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException(
                        file + " has more than " + MOST_BYTES + " bytes: it is to hold a few headers alone");
            }
            return headers(file, new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file + ": write the headers there, or name another file", e);
        }
    }

    private static Map<String, String> headers(Path file, String text) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        int number = 0;
        for (String line : text.split("\\R", -1)) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            if (!line.matches(HEADER)) {
                throw new IOException(
                        file + " has something else than a header in line " + number + "; expected Name: value");
            }
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        return headers;
    }
}
