package dev.kekkai.testing.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A SoftHSM token in a folder of its own, which a process sees through {@code SOFTHSM2_CONF} in its environment. */
public final class SoftHsmToken implements Token {
    public static final Path MODULE = Path.of("/usr/lib/softhsm/libsofthsm2.so");
    public static final String LABEL = "kekkai";
    /** Long and odd enough that it is found nowhere by chance. */
    public static final String PIN = "pin-4711-zebra-0815";

    private static final String SO_PIN = "so-0815-zebra-4711";

    private final Path folder;
    private final Path objects;
    private final Path away;
    private final Path configuration;

    private SoftHsmToken(Path folder) {
        this.folder = folder;
        this.objects = folder.resolve("tokens");
        this.away = folder.resolve("tokens-unplugged");
        this.configuration = folder.resolve("softhsm2.conf");
    }

    /** Initialises a token below a folder. */
    public static SoftHsmToken in(Path folder) throws IOException, InterruptedException {
        SoftHsmToken token = new SoftHsmToken(folder);
        Files.createDirectory(token.objects);
        Files.writeString(
                token.configuration,
                "directories.tokendir = " + token.objects + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        Finished.of(
                        folder,
                        token.environment(),
                        List.of(
                                "softhsm2-util",
                                "--init-token",
                                "--free",
                                "--label",
                                LABEL,
                                "--pin",
                                PIN,
                                "--so-pin",
                                SO_PIN))
                .succeeded();
        token.writePin(PIN);
        return token;
    }

    @Override
    public String profile() {
        return "softhsm";
    }

    @Override
    public Path module() {
        return MODULE;
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public boolean software() {
        return true;
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("SOFTHSM2_CONF", configuration.toString());
    }

    @Override
    public Path pinFile() {
        return folder.resolve("pin");
    }

    /** Writes the PIN file anew, mode 0600. */
    public void writePin(String pin) throws IOException {
        Files.deleteIfExists(pinFile());
        Files.createFile(pinFile(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(pinFile(), pin + "\n");
    }

    /** Runs OpenSC's pkcs11-tool on the token, logged in as its user. */
    public Finished pkcs11Tool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("pkcs11-tool", "--module", MODULE.toString(), "--token-label", LABEL, "--login", "--pin", PIN));
        command.addAll(List.of(arguments));
        return Finished.of(folder, environment(), command);
    }

    /** How many secret keys the token holds. */
    public long secretKeys() throws IOException, InterruptedException {
        return pkcs11Tool("--list-objects", "--type", "secrkey")
                .succeeded()
                .out()
                .lines()
                .filter(line -> line.startsWith("Secret Key Object"))
                .count();
    }

    /** Destroys the secret key with a {@code CKA_ID}, if there is one. */
    public void removeKey(String id) throws IOException, InterruptedException {
        if (pkcs11Tool("--list-objects", "--type", "secrkey", "--id", id)
                .succeeded()
                .out()
                .contains("Secret Key Object")) {
            pkcs11Tool("--delete-object", "--type", "secrkey", "--id", id).succeeded();
        }
    }

    /** Takes the token away from under the processes that use it. */
    public void unplug() throws IOException {
        Files.move(objects, away);
    }

    public void plugIn() throws IOException {
        Files.move(away, objects);
    }
}
