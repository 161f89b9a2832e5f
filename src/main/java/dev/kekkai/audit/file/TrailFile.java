package dev.kekkai.audit.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
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

/**
 * A file of a trail, made sure to be ours alone to write, and open for appending.
 *
 * <p>The JDK makes one {@code write(2)} of each array that fits, and unlike a FileChannel the stream survives the interruption of a thread that
 * writes to it; the channel beside it only measures and syncs.
 */
final class TrailFile implements Disk {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path file;
    private final OutputStream out;
    private FileChannel channel;
    private boolean closed;

    private TrailFile(Path file, OutputStream out, FileChannel channel) {
        this.file = file;
        this.out = out;
        this.channel = channel;
    }

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

    static TrailFile append(Path file) throws IOException {
        return append(file, file);
    }

    /** @param later what the file will be called */
    static TrailFile append(Path file, Path later) throws IOException {
        OutputStream out = Files.newOutputStream(
                file, StandardOpenOption.WRITE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS);
        try {
            return new TrailFile(later, out, channel(file));
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    @Override
    public synchronized long size() throws IOException {
        try {
            return channel.size();
        } catch (ClosedChannelException interrupted) {
            channel = channel(file);
            return channel.size();
        }
    }

    @Override
    public synchronized void sync() throws IOException {
        if (closed) {
            return; // it was synced before it was closed
        }
        try {
            channel.force(false);
        } catch (ClosedChannelException interrupted) {
            boolean again = Thread.interrupted();
            channel = channel(file);
            channel.force(false);
            if (again) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        try {
            out.close();
        } finally {
            channel.close();
        }
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
