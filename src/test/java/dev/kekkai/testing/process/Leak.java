package dev.kekkai.testing.process;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Looks for a secret where none may be: as it is, in hexadecimal, and in base64 from its first byte. */
public final class Leak {
    private Leak() {}

    /** Which files below a folder hold it, and how written. */
    public static List<String> of(ByteString secret, Path folder) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                of(secret, content).forEach(form -> found.add(file + " holds it " + form));
            }
        }
        return found;
    }

    /** How a text holds it. */
    public static List<String> of(ByteString secret, String text) {
        return forms(secret.toByteArray()).entrySet().stream()
                .filter(form -> text.contains(form.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static Map<String, String> forms(byte[] secret) {
        String base64 = Base64.getEncoder().withoutPadding().encodeToString(secret);
        // The last character may depend on what follows.
        String stem = base64.substring(0, secret.length / 3 * 4);
        String hex = HexFormat.of().formatHex(secret);
        return new TreeMap<>(Map.of(
                "as it is",
                new String(secret, StandardCharsets.ISO_8859_1),
                "in hexadecimal",
                hex,
                "in capital hexadecimal",
                hex.toUpperCase(Locale.ROOT),
                "in base64",
                stem,
                "in base64 for URLs",
                stem.replace('+', '-').replace('/', '_')));
    }
}
