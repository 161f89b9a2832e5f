package dev.kekkai.testing.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks for whatever another machine could use to pass for this one: private keys, key stores, tokens, and anything that looks as random as a
 * secret. What is public is named, so that it is not taken for one.
 *
 * @param known texts that look like secrets and are public
 */
public record Credentials(List<String> known) {
    private static final Map<String, Pattern> FORMS = new HashMap<>();

    static {
        FORMS.put("a private key in PEM", Pattern.compile("-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"));
        // PKCS#8 of an EC key: AlgorithmIdentifier id-ecPublicKey, then the curve, then an OCTET STRING with an
        // ECPrivateKey in it.
        FORMS.put(
                "a private EC key in DER",
                Pattern.compile(
                        "\\x06\\x07\\x2A\\x86\\x48\\xCE\\x3D\\x02\\x01.{2,12}?\\x04.{1,2}\\x30.{1,2}\\x02\\x01\\x01\\x04",
                        Pattern.DOTALL));
        FORMS.put(
                "a PKCS#12 or JKS key store",
                Pattern.compile("\\x2A\\x86\\x48\\x86\\xF7\\x0D\\x01\\x07\\x01|\\xFE\\xED\\xFE\\xED"));
        FORMS.put("a JSON web token", Pattern.compile("eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}"));
        FORMS.put(
                "a word for a secret",
                Pattern.compile("(?i)(password|passwd|secret[-_]?id|api[-_]?key|bearer )\\s*[:=]?\\s*\\S"));
    }

    /** 128 bits and more, in hexadecimal or base64. */
    private static final Pattern RUN = Pattern.compile("[A-Za-z0-9+/_-]{24,}={0,2}");

    private static final double RANDOM_ENOUGH = 3.1;

    public Credentials {
        known = List.copyOf(known);
    }

    /** What is found in the regular files below a folder. */
    public List<String> in(Path folder) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                of(content).forEach(what -> found.add(file + " holds " + what));
            }
        }
        return found;
    }

    /** What is found in what anybody with root on the node can read of a process besides its memory. */
    public List<String> inProcess(long pid) throws IOException {
        List<String> found = new ArrayList<>();
        for (String part : List.of("environ", "cmdline")) {
            Path file = Path.of("/proc", Long.toString(pid), part);
            of(Files.readString(file, StandardCharsets.ISO_8859_1).replace('\0', '\n'))
                    .forEach(what -> found.add(file + " holds " + what));
        }
        return found;
    }

    /** Regular files that a process has open for writing. */
    public static List<Path> written(long pid) throws IOException {
        List<Path> written = new ArrayList<>();
        Path descriptors = Path.of("/proc", Long.toString(pid), "fd");
        try (Stream<Path> open = Files.list(descriptors)) {
            for (Path descriptor : open.toList()) {
                String info = Files.readString(Path.of(
                        "/proc",
                        Long.toString(pid),
                        "fdinfo",
                        descriptor.getFileName().toString()));
                Matcher flags = Pattern.compile("flags:\\s+([0-7]+)").matcher(info);
                boolean writes = flags.find() && (Integer.parseInt(flags.group(1), 8) & 3) != 0;
                if (writes && Files.isRegularFile(descriptor)) {
                    written.add(Files.readSymbolicLink(descriptor));
                }
            }
        }
        return written;
    }

    private List<String> of(String content) {
        String unknown = content;
        for (String text : known) {
            unknown = unknown.replace(text, "");
        }
        List<String> found = new ArrayList<>();
        for (Map.Entry<String, Pattern> form : FORMS.entrySet()) {
            if (form.getValue().matcher(unknown).find()) {
                found.add(form.getKey());
            }
        }
        Matcher runs = RUN.matcher(unknown);
        while (runs.find()) {
            if (looksRandom(runs.group())) {
                found.add("something random: " + runs.group());
            }
        }
        return found;
    }

    /** Words and paths have letters and nothing else; what is random has digits in its midst, and most of its alphabet. */
    private static boolean looksRandom(String run) {
        long digits = run.chars().filter(Character::isDigit).count();
        return digits * 12 >= run.length()
                && entropy(run) > Math.min(RANDOM_ENOUGH, 0.8 * Math.log(run.length()) / Math.log(2));
    }

    /** Shannon's, in bits a character. */
    private static double entropy(String run) {
        Map<Integer, Integer> counts = new HashMap<>();
        run.chars().forEach(each -> counts.merge(each, 1, Integer::sum));
        return counts.values().stream()
                .mapToDouble(count -> (double) count / run.length())
                .map(share -> -share * Math.log(share) / Math.log(2))
                .sum();
    }
}
