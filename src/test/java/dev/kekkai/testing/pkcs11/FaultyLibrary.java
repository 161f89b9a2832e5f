package dev.kekkai.testing.pkcs11;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Compiles {@code src/test/native} into {@code target/native}, under a name made of the sources' hash, so that no fork meets a stale or half-made file. */
final class FaultyLibrary {
    private static final Path SOURCES = Path.of("src", "test", "native").toAbsolutePath();
    private static final Path BUILT = Path.of("target", "native").toAbsolutePath();

    private FaultyLibrary() {}

    /** The compiled module; compiled by this call if no JVM has done so since the sources changed. */
    static Path built() throws IOException, InterruptedException {
        List<Path> sources = sources();
        Path library = BUILT.resolve("faulty_pkcs11-" + hash(sources) + ".so");
        if (!Files.exists(library)) {
            Files.createDirectories(BUILT);
            Path fresh = Files.createTempFile(BUILT, "faulty_pkcs11", ".new");
            try {
                compile(sources, fresh);
                Files.move(fresh, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        }
        return library;
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.filter(file -> file.toString().matches(".*\\.[ch]"))
                    .sorted()
                    .toList();
        }
    }

    private static void compile(List<Path> sources, Path library) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "gcc",
                "-shared",
                "-fPIC",
                "-O1",
                "-g",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-I/usr/include/p11-kit-1",
                "-o"));
        command.add(library.toString());
        sources.stream().map(Path::toString).filter(file -> file.endsWith(".c")).forEach(command::add);
        command.addAll(List.of("-ldl", "-lpthread"));
        Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!gcc.waitFor(60, TimeUnit.SECONDS) || gcc.exitValue() != 0) {
            throw new IOException("gcc does not compile " + SOURCES + " (it needs libp11-kit-dev): " + said);
        }
    }

    private static String hash(List<Path> sources) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path source : sources) {
                digest.update(Files.readAllBytes(source));
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
