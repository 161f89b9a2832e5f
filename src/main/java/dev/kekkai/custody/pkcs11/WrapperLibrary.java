package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.files.Ownership;
import iaik.pkcs.pkcs11.wrapper.PKCS11Implementation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The JNI library between Java and a PKCS#11 module, loaded from a folder of ours.
 *
 * <p>The wrapper's own loader unpacks it to {@code java.io.tmpdir}, which may be mounted {@code noexec} and is shared with others. Ours
 * writes it to a private folder under its content's hash, and compares the file with the content before each load.
 */
final class WrapperLibrary {
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static boolean loaded;

    private WrapperLibrary() {}

    /**
     * Loads the library once per process.
     *
     * @param folder private to this user, on a file system that allows execution; created if it is missing
     */
    @SuppressWarnings("restricted") // the launcher enables native access
    static void load(Path folder) throws Misconfigured {
        LOCK.lock();
        try {
            if (!loaded) {
                System.load(unpack(folder).toString());
                PKCS11Implementation.initializeLibrary();
                loaded = true;
            }
        } catch (IOException | UnsatisfiedLinkError e) {
            throw new Misconfigured(
                    "the PKCS#11 JNI library cannot be loaded from " + folder
                            + " (is it writable, and not mounted noexec?): " + e.getMessage(),
                    e);
        } finally {
            LOCK.unlock();
        }
    }

    /** Puts the library into the folder, over whatever else has its name there. */
    static Path unpack(Path folder) throws IOException {
        byte[] content = content();
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Optional<String> objection = Ownership.objection(folder);
        if (objection.isPresent()) {
            throw new IOException(objection.get());
        }
        Path library = folder.resolve("libpkcs11wrapper-" + sha256(content).substring(0, 16) + ".so");
        if (Files.exists(library) && MessageDigest.isEqual(Files.readAllBytes(library), content)) {
            return library;
        }
        Path fresh = Files.createTempFile(folder, "libpkcs11wrapper", ".new");
        try {
            Files.write(fresh, content);
            Files.move(fresh, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("no atomic move in " + folder, e);
        } finally {
            Files.deleteIfExists(fresh);
        }
        return library;
    }

    private static byte[] content() throws IOException {
        String resource = "natives/unix/linux-" + architecture() + "/release/libpkcs11wrapper.so";
        try (@Nullable
                InputStream in = PKCS11Implementation.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no " + resource + " in this build");
            }
            return in.readAllBytes();
        }
    }

    private static String architecture() {
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return arch.equals("amd64") ? "x86_64" : arch;
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
