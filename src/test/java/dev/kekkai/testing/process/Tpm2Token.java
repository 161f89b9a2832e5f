package dev.kekkai.testing.process;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A TPM (swtpm) as a PKCS#11 token: tpm2-pkcs11 over tpm2-abrmd on a D-Bus of its own, set up as {@code docs/custodians.md} says. */
public final class Tpm2Token implements Token, AutoCloseable {
    private static final String PIN = "pin-0815-zebra-4711";
    private static final Duration START = Duration.ofSeconds(20);

    private final Path folder;
    private final Deque<Process> processes = new ArrayDeque<>();

    private Tpm2Token(Path folder) {
        this.folder = folder;
    }

    /** Starts a new TPM below a folder, and makes a token of it that holds no key. */
    public static Tpm2Token in(Path folder) throws IOException, InterruptedException {
        Tpm2Token token = new Tpm2Token(folder);
        boolean ready = false;
        try {
            Files.createDirectory(folder.resolve("tpm"));
            Files.createDirectory(folder.resolve("store"));
            Files.createFile(
                    token.pinFile(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(token.pinFile(), PIN + "\n");
            token.startTpm();
            Recipe.ofCustodian("tpm2-pkcs11 token").run(folder, token.tools()).succeeded();
            ready = true;
            return token;
        } finally {
            if (!ready) {
                token.close();
            }
        }
    }

    private void startTpm() throws IOException {
        start("dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=" + bus());
        await().atMost(START).until(() -> Files.exists(folder.resolve("bus")));
        Path tpm = folder.resolve("swtpm");
        start(
                "swtpm",
                "socket",
                "--tpm2",
                "--tpmstate",
                "dir=" + folder.resolve("tpm"),
                "--server",
                "type=unixio,path=" + tpm,
                "--ctrl",
                "type=unixio,path=" + tpm + ".ctrl",
                "--flags",
                "not-need-init,startup-clear");
        await().atMost(START).until(() -> Files.exists(tpm));
        start("tpm2-abrmd", "--session", "--allow-root", "--tcti=swtpm:path=" + tpm);
        await().atMost(START).until(this::brokerAnswers);
    }

    private void start(String... command) throws IOException {
        Path log = folder.resolve(command[0] + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment());
        builder.environment().merge("PATH", "/usr/sbin", (path, sbin) -> path + ":" + sbin);
        processes.push(builder.start());
    }

    private boolean brokerAnswers() throws IOException, InterruptedException {
        return Finished.of(
                        folder,
                        environment(),
                        List.of(
                                "dbus-send",
                                "--session",
                                "--print-reply",
                                "--dest=org.freedesktop.DBus",
                                "/",
                                "org.freedesktop.DBus.NameHasOwner",
                                "string:com.intel.tss2.Tabrmd"))
                .out()
                .contains("boolean true");
    }

    /** Has the TPM make the keys of a version, by the recipe; a keyring's next one if there is a lineage. */
    public void makeKey(String lineage, int number) throws IOException, InterruptedException {
        Map<String, String> environment = tools();
        environment.put("LINEAGE", lineage);
        environment.put("NUMBER", Integer.toString(number));
        Recipe.ofCustodian("tpm2-pkcs11 key").run(folder, environment).succeeded();
    }

    private Map<String, String> tools() {
        Map<String, String> environment = new LinkedHashMap<>(environment());
        environment.put("PIN", PIN);
        environment.put("SO_PIN", "so-4711-zebra-0815");
        return environment;
    }

    private String bus() {
        return "unix:path=" + folder.resolve("bus");
    }

    @Override
    public String profile() {
        return "tpm2-pkcs11";
    }

    @Override
    public Path module() {
        return Path.of("/usr/lib/x86_64-linux-gnu/libtpm2_pkcs11.so.1");
    }

    @Override
    public String label() {
        return "kekkai";
    }

    @Override
    public Path pinFile() {
        return folder.resolve("pin");
    }

    @Override
    public boolean software() {
        return false;
    }

    @Override
    public Map<String, String> environment() {
        return Map.of(
                "DBUS_SESSION_BUS_ADDRESS",
                bus(),
                "TPM2_PKCS11_STORE",
                folder.resolve("store").toString(),
                "TPM2_PKCS11_TCTI",
                "tabrmd:bus_type=session",
                "TPM2TOOLS_TCTI",
                "tabrmd:bus_type=session");
    }

    @Override
    public void close() {
        while (!processes.isEmpty()) {
            processes.pop().destroyForcibly();
        }
    }
}
