package dev.kekkai.uds;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_EXECUTE;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_READ;
import static java.nio.file.attribute.PosixFilePermission.OTHERS_WRITE;
import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;

/**
 * Where a unix socket is to be, and who may connect to it.
 *
 * @param path absolute path of the socket
 * @param mode of the socket; to connect takes write permission; nothing may be given to others
 * @param group name of the group that is to own it, empty to leave it
 */
public record SocketPlace(Path path, Set<PosixFilePermission> mode, String group) {
    /** Longest path in bytes that can be bound: {@code sun_path} has 108 with its NUL (unix(7)), and the JDK uses one less than would fit. */
    public static final int SUN_PATH_BYTES = 106;

    private static final Set<PosixFilePermission> OTHERS = Set.of(OTHERS_READ, OTHERS_WRITE, OTHERS_EXECUTE);
    private static final String STAGED_NAME = "s";

    public SocketPlace {
        mode = Set.copyOf(mode);
    }

    /** A socket for its owner alone: mode 0600, group untouched. */
    public static SocketPlace ownerOnly(Path path) {
        return new SocketPlace(path, Set.of(OWNER_READ, OWNER_WRITE), "");
    }

    /**
     * Checks what can be told without looking at the file system: the path's form, its length and that of its staging path, the mode.
     *
     * @throws SocketUnusableException saying what to change
     */
    void check() throws SocketUnusableException {
        String text = path.toString();
        if (text.startsWith("@")) {
            throw new SocketUnusableException(
                    "socket " + text
                            + ": abstract sockets have no permissions, anyone on the host could connect; give an absolute path");
        }
        if (text.startsWith("unix:")) {
            throw new SocketUnusableException("socket " + text
                    + ": give the plain path without `unix:`; the scheme belongs in the apiserver's endpoint");
        }
        if (!path.isAbsolute() || path.getFileName() == null) {
            throw new SocketUnusableException("socket " + text + ": give the absolute path of a file");
        }
        checkLength(text);
        if (!Collections.disjoint(mode, OTHERS)) {
            throw new SocketUnusableException("socket " + text + ": mode " + PosixFilePermissions.toString(mode)
                    + " gives access to every user of the host; use rw------- or rw-rw---- with a group");
        }
    }

    private void checkLength(String text) throws SocketUnusableException {
        int staged = stagedPath().toString().getBytes(UTF_8).length;
        if (staged > SUN_PATH_BYTES) {
            int own = text.getBytes(UTF_8).length;
            throw new SocketUnusableException("socket " + text + ": the path has " + own + " bytes, the limit is "
                    + (SUN_PATH_BYTES - (staged - own)) + " (unix sockets allow " + SUN_PATH_BYTES
                    + ", the rest is for the staging folder); choose a shorter one");
        }
    }

    /** The folder that holds the socket. */
    Path folder() {
        return Objects.requireNonNull(path.getParent(), "checked: an absolute path of a file");
    }

    /** {@code .NAME} beside the socket: where it is made before anyone can see it. One per socket, so that a crashed start's is found again. */
    Path stagingFolder() {
        return path.resolveSibling("." + path.getFileName());
    }

    /** The socket inside its staging folder. */
    Path stagedPath() {
        return stagingFolder().resolve(STAGED_NAME);
    }

    /** {@code NAME.lock} beside the socket: held by the process that serves it. */
    Path lockFile() {
        return path.resolveSibling(path.getFileName() + ".lock");
    }
}
