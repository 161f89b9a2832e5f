package dev.kekkai.uds;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.kekkai.files.Ownership;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jboss.logging.Logger;

/** What is found where a socket is to be: its folder, and whatever already lies at its path. */
final class SocketFolder {
    private static final int TYPE_MASK = 0170000; // S_IFMT, inode(7)
    private static final int SOCKET_TYPE = 0140000; // S_IFSOCK
    private static final int STICKY = 01000;
    private static final int WRITABLE_BY_GROUP_OR_OTHERS = 0022;

    private static final Logger LOG = Logger.getLogger(SocketFolder.class);

    private SocketFolder() {}

    /** Makes the folder (0750) if its own parent is there, and refuses one in which others could put a socket of theirs in place of ours. */
    static void prepare(SocketPlace place) throws SocketUnusableException {
        Path folder = place.folder();
        try {
            makeIfMissing(folder);
            int mode = mode(folder);
            if (!Ownership.mineOrRoots((Integer) Files.getAttribute(folder, "unix:uid"))) {
                throw new SocketUnusableException(
                        "socket " + place.path() + ": " + folder
                                + " belongs to another user, who could replace the socket; chown it, or use a folder of your own");
            }
            if ((mode & WRITABLE_BY_GROUP_OR_OTHERS) != 0 && (mode & STICKY) == 0) {
                throw new SocketUnusableException("socket " + place.path() + ": others can write to " + folder
                        + " (mode " + Integer.toOctalString(mode & 07777)
                        + ") and so replace the socket; take write permission from group and others");
            }
        } catch (IOException e) {
            throw new SocketUnusableException(
                    "socket " + place.path() + ": its folder " + folder
                            + " is not there and cannot be made, or cannot be read; create it",
                    e);
        }
    }

    private static void makeIfMissing(Path folder) throws IOException {
        if (Files.exists(folder)) {
            return;
        }
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        } catch (FileAlreadyExistsException e) {
            LOG.debugf("The folder %s was made by somebody else at the same moment", folder);
        }
    }

    /** Accepts an empty place or a dead socket. The caller holds the lock; whoever does not take locks shows by accepting connections. */
    static void checkVacant(SocketPlace place) throws SocketUnusableException {
        Path path = place.path();
        try {
            if (!Files.exists(path, NOFOLLOW_LINKS)) {
                return;
            }
            if (!isSocket(path)) {
                throw new SocketUnusableException(
                        "socket " + path
                                + ": there is something else than a socket; it was left alone, remove it or choose another path");
            }
            if (accepts(path)) {
                throw new SocketUnusableException(
                        "socket " + path + ": another process answers on it; stop that one, or choose another path");
            }
        } catch (IOException e) {
            throw new SocketUnusableException(
                    "socket " + path
                            + ": it cannot be told whether the socket that lies there is in use; it was left alone, remove it if it is not",
                    e);
        }
    }

    /** Whether a path itself, not what it may link to, is a socket. */
    private static boolean isSocket(Path path) throws IOException {
        return (mode(path, NOFOLLOW_LINKS) & TYPE_MASK) == SOCKET_TYPE;
    }

    private static int mode(Path path, LinkOption... options) throws IOException {
        return (int) Objects.requireNonNull(Files.getAttribute(path, "unix:mode", options));
    }

    /** Tries to connect without blocking. A pending connect is a full backlog, so somebody listens. */
    private static boolean accepts(Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException e) {
            return false; // ECONNREFUSED: nobody listens any more
        }
    }
}
