package dev.kekkai.authority.file;

import dev.kekkai.authority.Memory;
import dev.kekkai.files.Ownership;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.StoreException;
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
import java.util.Optional;

/**
 * A file of a few lines, mode 0600: {@code head <chain> <serial> <hash>} and {@code uses <version id> <total>}. It is written beside itself,
 * synced, and moved into place, so that a crash leaves the old one or the new one. Nothing in it is secret.
 */
public final class MemoryFile implements Memory {
    private static final long MOST_BYTES = 1 << 20;

    private final Path file;
    private RememberedLines lines;

    private MemoryFile(Path file, RememberedLines lines) {
        this.file = file;
        this.lines = lines;
    }

    /** Opens a file that may not exist yet; its folder must. One that cannot be read is no reason to believe less: it is refused. */
    public static MemoryFile open(Path file) throws StoreException {
        try {
            return new MemoryFile(file, RememberedLines.parse(read(file)));
        } catch (IllegalArgumentException e) {
            throw new StoreException(
                    "what this host remembers of the store, " + file + ", is damaged (" + e.getMessage()
                            + "). Restore it from a backup of this host. If there is none and you know that the database is the latest, remove the"
                            + " file; an older database would not be found then",
                    e);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static String read(Path file) throws IOException {
        try {
            Optional<String> objection = Ownership.objection(file);
            if (objection.isPresent()) {
                throw new IOException(objection.get());
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new IllegalArgumentException("it has more than " + MOST_BYTES + " bytes");
            }
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    @Override
    public synchronized Optional<SeenHead> head() {
        return lines.head();
    }

    @Override
    public synchronized void remember(SeenHead head) throws StoreException {
        write(lines.with(head));
    }

    @Override
    public synchronized long uses(VersionId version) {
        return lines.uses().getOrDefault(version, 0L);
    }

    @Override
    public synchronized void rememberUses(VersionId version, long total) throws StoreException {
        if (total > uses(version)) {
            write(lines.with(version, total));
        }
    }

    private void write(RememberedLines next) throws StoreException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer text = ByteBuffer.wrap(next.text().getBytes(StandardCharsets.US_ASCII));
                while (text.hasRemaining()) {
                    channel.write(text);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel folder = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
                folder.force(true);
            }
            lines = next;
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static StoreException unusable(Path file, IOException e) {
        return new StoreException(
                "what this host remembers of the store cannot be kept in " + file + " (" + e.getMessage()
                        + "); without it an older database would not be found",
                e);
    }
}
