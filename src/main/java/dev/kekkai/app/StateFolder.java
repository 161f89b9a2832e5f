package dev.kekkai.app;

import dev.kekkai.files.Ownership;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * The folder of the database, where one process at a time works: the server, or a command while no server runs.
 *
 * <p>The kernel drops the lock when its process ends, however it ends, so a crash leaves nothing to clean up.
 */
final class StateFolder implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path folder;
    private final FileChannel channel;

    private StateFolder(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** Takes the folder, or answers empty if another process has it. */
    static Optional<StateFolder> take(Path database) throws StartException {
        Path folder = database.toAbsolutePath().getParent();
        if (folder == null) {
            throw new StartException("store.path: " + database + " has no folder");
        }
        Path lockFile = database.resolveSibling(database.getFileName() + ".lock");
        try {
            Files.createDirectories(folder, PRIVATE_FOLDER);
            Optional<String> objection = Ownership.objection(folder);
            if (objection.isPresent()) {
                throw new StartException("store.path: " + objection.get());
            }
            FileChannel channel = FileChannel.open(
                    lockFile, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), PRIVATE_FILE);
            if (locked(channel)) {
                return Optional.of(new StateFolder(folder, channel));
            }
            channel.close();
            return Optional.empty();
        } catch (IOException e) {
            throw new StartException(
                    "store.path: cannot work in " + folder + " (" + e.getMessage()
                            + "): it must be a folder that the user who runs Kekkai can write to",
                    e);
        }
    }

    @SuppressWarnings("unused") // the lock lives as long as its channel
    private static boolean locked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    Path path() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
