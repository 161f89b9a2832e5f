package dev.kekkai.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Looks whether somebody else than this user and root could change a file or folder. Links are followed: what counts is where they lead. */
public final class Ownership {
    private static final int WRITABLE_BY_GROUP_OR_OTHERS = 0022;

    private Ownership() {}

    /** What speaks against trusting it, with what to do about it, or empty. */
    public static Optional<String> objection(Path path) throws IOException {
        Map<String, Object> found = Files.readAttributes(path, "unix:uid,mode");
        int owner = (Integer) found.getOrDefault("uid", -1);
        int mode = (Integer) found.getOrDefault("mode", 0);
        if (!mineOrRoots(owner)) {
            return Optional.of(path + " belongs to another user (uid " + owner
                    + "), who can change it: chown it to the user that runs Kekkai");
        }
        if ((mode & WRITABLE_BY_GROUP_OR_OTHERS) != 0) {
            return Optional.of(path + " can be written to by others than its owner (mode "
                    + Integer.toOctalString(mode & 07777) + "): take write permission from group and others");
        }
        return Optional.empty();
    }

    /** Whether a user id is this process's own, or root's. */
    public static boolean mineOrRoots(int uid) throws IOException {
        return uid == 0 || uid == (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }
}
