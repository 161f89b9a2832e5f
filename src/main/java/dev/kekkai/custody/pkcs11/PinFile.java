package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.files.Ownership;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * The file that holds the user PIN: one line, UTF-8, readable by its owner only.
 *
 * @param path absolute
 */
record PinFile(Path path) {
    private static final int MOST_BYTES = 256;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    /**
     * Tells this file from another or a rewritten one, by device, inode and times, never by what it holds (not even its length).
     */
    String identity() throws Misconfigured {
        try {
            Map<String, Object> unix = Files.readAttributes(path, "unix:dev,ino,lastModifiedTime,ctime");
            return path + " dev " + unix.get("dev") + " ino " + unix.get("ino") + " modified "
                    + unix.get("lastModifiedTime") + " changed " + unix.get("ctime");
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The PIN, without the line's end. The caller zeroes it. */
    char[] read() throws Misconfigured {
        byte[] content = {};
        try {
            checkPrivate();
            content = Files.readAllBytes(path);
            return decode(content);
        } catch (IOException e) {
            throw unreadable(e);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private void checkPrivate() throws IOException, Misconfigured {
        PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new Misconfigured("custody.pkcs11.pin-file: " + path + " is not a regular file");
        }
        if (!Ownership.mineOrRoots((Integer) Files.getAttribute(path, "unix:uid"))) {
            throw new Misconfigured(
                    "custody.pkcs11.pin-file: " + path
                            + " belongs to another user: chown it to the user that runs Kekkai, and change the PIN if that other may have read it");
        }
        if (!OWNER_ONLY.containsAll(attributes.permissions())) {
            throw new Misconfigured(
                    "custody.pkcs11.pin-file: " + path
                            + " can be read or written by others than its owner: chmod 0400 it, and change the PIN if others may have read it");
        }
    }

    private char[] decode(byte[] content) throws Misconfigured {
        int length = content.length;
        while (length > 0 && (content[length - 1] == '\n' || content[length - 1] == '\r')) {
            length--;
        }
        if (length == 0 || length > MOST_BYTES) {
            throw new Misconfigured("custody.pkcs11.pin-file: " + path + " must hold the PIN on one line of 1 to "
                    + MOST_BYTES + " bytes");
        }
        CharBuffer decoded = CharBuffer.allocate(length);
        try {
            CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
            CoderResult result = decoder.decode(ByteBuffer.wrap(content, 0, length), decoded, true);
            if (result.isError()) {
                throw new Misconfigured("custody.pkcs11.pin-file: " + path + " is not UTF-8 text");
            }
            decoded.flip();
            char[] pin = new char[decoded.remaining()];
            decoded.get(pin);
            return pin;
        } finally {
            Arrays.fill(decoded.array(), '\0');
        }
    }

    private Misconfigured unreadable(IOException e) {
        return new Misconfigured(
                "custody.pkcs11.pin-file: cannot read " + path + " ("
                        + e.getClass().getSimpleName()
                        + "): it must hold the token's user PIN and be readable by the user that runs Kekkai, mode 0400",
                e);
    }
}
