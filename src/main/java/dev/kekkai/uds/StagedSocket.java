package dev.kekkai.uds;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The files of one socket, from its lock to its removal: made in a 0700 folder beside the path, given group and mode there, then
 * moved into place in one step, so that at no moment another user can connect and no client finds a socket that does not accept.
 */
final class StagedSocket implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StagedSocket.class);

    private final SocketPlace place;
    private final SocketLock lock;
    private @Nullable Object published;

    private StagedSocket(SocketPlace place, SocketLock lock) {
        this.place = place;
        this.lock = lock;
    }

    /** Checks the place, locks it, and makes the staging folder, in which {@link SocketPlace#stagedPath} is then to be bound. */
    static StagedSocket prepare(SocketPlace place) throws SocketUnusableException {
        place.check();
        SocketFolder.prepare(place);
        StagedSocket socket = new StagedSocket(place, SocketLock.take(place));
        boolean ready = false;
        try {
            SocketFolder.checkVacant(place);
            socket.makeStagingFolder();
            ready = true;
            return socket;
        } finally {
            if (!ready) {
                socket.close();
            }
        }
    }

    private void makeStagingFolder() throws SocketUnusableException {
        Path staging = place.stagingFolder();
        try {
            removeStagingFolder();
            Files.createDirectory(
                    staging, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new SocketUnusableException(
                    "socket " + place.path() + ": the staging folder " + staging
                            + " cannot be made; check who may write to its folder, and remove what lies in its way",
                    e);
        }
    }

    /** Gives the bound socket its group and mode, and moves it to its path in one step, over a dead socket if there is one. */
    void publish() throws SocketUnusableException {
        Path staged = place.stagedPath();
        giveGroup(staged);
        try {
            Files.setPosixFilePermissions(staged, place.mode());
            Object identity = identity(staged); // a rename keeps device and inode
            Files.move(staged, place.path(), ATOMIC_MOVE);
            published = identity;
            removeStagingFolder();
        } catch (IOException e) {
            throw new SocketUnusableException(
                    "socket " + place.path() + ": it cannot be moved into place; check who may write to its folder", e);
        }
    }

    private void giveGroup(Path staged) throws SocketUnusableException {
        if (place.group().isEmpty()) {
            return;
        }
        try {
            GroupPrincipal group =
                    staged.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(place.group());
            Objects.requireNonNull(Files.getFileAttributeView(staged, PosixFileAttributeView.class))
                    .setGroup(group);
        } catch (UserPrincipalNotFoundException e) {
            throw new SocketUnusableException(
                    "socket " + place.path() + ": there is no group " + place.group()
                            + " on this host; create it or name another",
                    e);
        } catch (IOException e) {
            throw new SocketUnusableException(
                    "socket " + place.path() + ": it cannot be given to the group " + place.group()
                            + "; the user of this process must be a member of it",
                    e);
        }
    }

    /** Removes the socket from its path if it is still the one published here. To be called while it still listens: that pins its inode. */
    void withdraw() {
        Object own = published;
        published = null;
        if (own == null) {
            return;
        }
        try {
            if (own.equals(identity(place.path()))) {
                Files.delete(place.path());
            } else {
                LOG.warnf(
                        "The socket %s was replaced by somebody else while it was served; what lies there now was left alone",
                        place.path());
            }
        } catch (NoSuchFileException e) {
            LOG.warnf("The socket %s had already been removed by somebody else", place.path());
        } catch (IOException e) {
            LOG.warnf("The socket %s could not be removed (%s); the next start replaces it", place.path(), e);
        }
    }

    /** Removes what is left of the staging folder and gives up the lock. To be called when nothing is bound there any more. */
    @Override
    public void close() {
        try (lock) {
            removeStagingFolder();
        } catch (IOException e) {
            LOG.warnf(
                    "The staging folder %s or the lock %s could not be cleared away (%s)",
                    place.stagingFolder(), place.lockFile(), e);
        }
    }

    private void removeStagingFolder() throws IOException {
        if (Files.isDirectory(place.stagingFolder(), NOFOLLOW_LINKS)) {
            Files.deleteIfExists(place.stagedPath());
            Files.delete(place.stagingFolder());
        }
    }

    /** Device and inode. */
    private static Object identity(Path path) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS)
                        .fileKey(),
                "a POSIX file system has file keys");
    }
}
