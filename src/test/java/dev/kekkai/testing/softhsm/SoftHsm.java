package dev.kekkai.testing.softhsm;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.envelope.Mechanism;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * Makes SoftHSM tokens. The module reads {@code SOFTHSM2_CONF} from the environment of its process at {@code C_Initialize}, so surefire sets
 * that variable, and tokens are made before the module is opened.
 */
public final class SoftHsm {
    /** Debian's place. */
    public static final Path MODULE = Path.of("/usr/lib/softhsm/libsofthsm2.so");

    public static final String PIN = "sesame-1234";
    /** As {@code hsm-config/softhsm.yaml} has it. */
    public static final HsmProfile PROFILE = profile(Mechanism.AES_GCM, HsmProfile.IvRule.CALLER);

    /** The same for a token that would speak otherwise. */
    public static HsmProfile profile(Mechanism mechanism, HsmProfile.IvRule iv) {
        return new HsmProfile(
                "softhsm",
                mechanism,
                iv,
                Set.of("CKR_GENERAL_ERROR"),
                HsmProfile.MacKeyType.GENERIC_SECRET,
                Set.of(),
                "",
                true);
    }

    private static final String PUK = "puk-87654321";

    private SoftHsm() {}

    /** Makes a token. Two may have one label. */
    public static void create(String label) throws IOException {
        configuration();
        run("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", PUK);
    }

    /** Removes a token with all its objects. */
    public static void delete(String label) throws IOException {
        run("--delete-token", "--token", label);
    }

    /** A configuration for a token of this label, with the right PIN in a file in that folder. */
    public static KekkaiConfig.Custody custody(String label, Path folder) throws IOException {
        return custody(label, pinFile(folder.resolve("pin"), PIN), 2, true);
    }

    public static KekkaiConfig.Custody custody(String label, Path pinFile, int sessions, boolean allowSoftToken) {
        return new KekkaiConfig.Custody(
                PROFILE,
                new KekkaiConfig.Pkcs11(MODULE, label, pinFile, sessions, Duration.ofSeconds(10), 16, allowSoftToken));
    }

    /** A file with mode 0600 that holds a PIN. */
    public static Path pinFile(Path file, String pin) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, pin + "\n");
    }

    private static void configuration() throws IOException {
        Path conf = Path.of(Objects.requireNonNull(
                System.getenv("SOFTHSM2_CONF"), "run by Maven: surefire sets SOFTHSM2_CONF (see pom.xml)"));
        Path tokens = conf.resolveSibling("tokens");
        Files.createDirectories(tokens);
        Files.writeString(
                conf,
                "directories.tokendir = " + tokens
                        + "\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n");
    }

    private static void run(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "softhsm2-util";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // It has closed its output, so it ends.
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException("softhsm2-util " + arguments[0] + " failed: " + said);
        }
    }
}
