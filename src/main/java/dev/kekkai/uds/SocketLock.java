package dev.kekkai.uds;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The lock beside a socket that decides between two processes that start at once. It ends with the process, however that ends;
 * the file stays, since removing it would let two processes hold locks on two files of the same name.
 */
final class SocketLock implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SocketLock.class);

    private final FileChannel channel;

    private SocketLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Takes the lock at once or not at all. */
    static SocketLock take(SocketPlace place) throws SocketUnusableException {
        Path file = place.lockFile();
        boolean held = false;
        FileChannel channel = open(place);
        try {
            held = locked(channel);
        } catch (IOException e) {
            throw new SocketUnusableException(
                    "socket " + place.path() + ": its lock file " + file + " cannot be locked; check its file system",
                    e);
        } finally {
            if (!held) {
                discard(channel);
            }
        }
        if (!held) {
            throw new SocketUnusableException("socket " + place.path()
                    + ": another process serves it or is about to (it holds " + file
                    + "); stop that one, or give this one a socket of its own");
        }
        return new SocketLock(channel);
    }

    private static FileChannel open(SocketPlace place) throws SocketUnusableException {
        try {
            return FileChannel.open(
                    place.lockFile(),
                    Set.of(CREATE, WRITE, NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            throw new SocketUnusableException(
                    "socket " + place.path() + ": its lock file " + place.lockFile()
                            + " cannot be opened; check its owner and that of its folder",
                    e);
        }
    }

    private static void discard(FileChannel channel) {
        try (channel) {
            // only to be closed
        } catch (IOException e) {
            LOG.debugf("A lock file that was not locked could not be closed (%s)", e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // this very process holds it
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
