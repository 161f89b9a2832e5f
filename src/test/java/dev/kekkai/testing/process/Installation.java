package dev.kekkai.testing.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kekkai set up in a folder: configuration, state, sockets, and a token. */
public final class Installation {
    private static final Path LAUNCHER = Path.of(System.getProperty("kekkai.home", ""), "bin", "kekkai");
    /** Short lives, on a machine that others use: compile little, and keep the heap small. */
    private static final String FRUGAL = "-XX:TieredStopAtLevel=1 -Xmx256m";

    private final Path folder;
    private final Token token;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private List<Integer> apart = List.of();

    private Installation(Path folder, Token token) {
        this.folder = folder;
        this.token = token;
        environment.put("KEKKAI_JAVA_OPTS", FRUGAL);
        environment.putAll(token.environment());
    }

    /** An installation whose token is empty. */
    public static Installation in(Path folder) throws IOException, InterruptedException {
        return on(SoftHsmToken.in(folder), folder);
    }

    /** An installation with a first KEK, ready to serve. */
    public static Installation withKey(Path folder) throws IOException, InterruptedException {
        Installation installation = in(folder);
        installation.run("key", "create").succeeded();
        return installation;
    }

    /** An installation on a token that is there already, whoever else uses it. */
    public static Installation on(Token token, Path folder) throws IOException {
        Installation installation = new Installation(folder, token);
        Files.writeString(installation.config(), """
                kekkai:
                  kms:
                    socket: %s
                  custody:
                    profile: %s
                    pkcs11:
                      module: %s
                      token: %s
                      pin-file: %s
                      allow-soft-token: %s
                  store:
                    path: %s
                  management:
                    port: 0
                """.formatted(
                        installation.socket(),
                        token.profile(),
                        token.module(),
                        token.label(),
                        token.pinFile(),
                        token.software(),
                        installation.database()));
        return installation;
    }

    public Path config() {
        return folder.resolve("kekkai.yaml");
    }

    public Path socket() {
        return folder.resolve("run/kms.sock");
    }

    public Path adminSocket() {
        return folder.resolve("run/admin.sock");
    }

    /** The folder of database, audit trail and what else is kept. */
    public Path state() {
        return folder.resolve("state");
    }

    public Path database() {
        return state().resolve("kekkai.db");
    }

    /** The token, of an installation on SoftHSM. */
    public SoftHsmToken token() {
        return (SoftHsmToken) token;
    }

    /** Changes the configuration file, in which the old text must be. */
    public Installation edit(String old, String replacement) throws IOException {
        String before = Files.readString(config());
        assertThat(before).contains(old);
        Files.writeString(config(), before.replace(old, replacement));
        return this;
    }

    /** Sets a variable for every process to come. */
    public Installation environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** From now on it is a gateway's: these ports answer no probes, and there is no KMS socket to wait for. */
    void gateway(List<Integer> ports) {
        apart = List.copyOf(ports);
    }

    /** Adds options for the JVM of every process to come. */
    public Installation javaOption(String option) {
        environment.merge("KEKKAI_JAVA_OPTS", option, (all, one) -> all + " " + one);
        return this;
    }

    /** Runs a command of Kekkai's to its end. */
    public Finished run(String... arguments) throws IOException, InterruptedException {
        return Finished.of(folder, environment, command(arguments));
    }

    /** Starts the server and waits until it is ready. */
    public KekkaiProcess serve() throws IOException, InterruptedException {
        return serve(Map.of());
    }

    /** Starts it with these variables besides. */
    KekkaiProcess serve(Map<String, String> more) throws IOException, InterruptedException {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.putAll(more);
        Path out = Files.createTempFile(folder, "serve", ".out");
        Path err = Files.createTempFile(folder, "serve", ".err");
        return KekkaiProcess.ready(
                Finished.start(folder, all, command("serve"), out, err),
                apart.isEmpty() ? socket() : adminSocket(),
                List.of(out, err),
                apart);
    }

    /** Starts the gateway of a build that speaks another version of the protocol; it has no probes. */
    KekkaiProcess serveSpeaking(long protocol) throws IOException {
        Path out = Files.createTempFile(folder, "serve", ".out");
        Path err = Files.createTempFile(folder, "serve", ".err");
        return KekkaiProcess.listening(
                Finished.start(folder, environment, OtherBuild.command(config(), protocol), out, err),
                adminSocket(),
                List.of(out, err));
    }

    /** Runs a class of the tests in a JVM of its own that sees the token. */
    Finished runInOwnJvm(Class<?> main, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return Finished.of(folder, token.environment(), command);
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString(), "--config", config().toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The versions of the keyring, as {@code key list} tells them. */
    public JsonNode keys() throws IOException, InterruptedException {
        return run("key", "list", "-o", "json").succeeded().json();
    }

    /** The records of the audit trail; each line must be one. */
    public List<JsonNode> audit() throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> records = new ArrayList<>();
        for (String line : Files.readAllLines(state().resolve("audit.jsonl"))) {
            records.add(json.readTree(line));
        }
        return records;
    }
}
