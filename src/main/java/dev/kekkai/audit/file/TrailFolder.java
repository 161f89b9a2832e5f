package dev.kekkai.audit.file;

import dev.kekkai.audit.verify.LineHash;
import dev.kekkai.audit.verify.TrailLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The files of one trail: the one that is written, and beside it those that are full, named after the number of their first record, so that
 * {@code audit.jsonl} follows {@code audit-0000000000000001.jsonl}.
 */
public final class TrailFolder {
    private static final String SUFFIX = ".jsonl";
    private static final int DIGITS = 16;

    private TrailFolder() {}

    /** What a file is called when it is full. */
    static Path fullName(Path file, long firstSeq) {
        return file.resolveSibling(stem(file) + "-" + String.format("%0" + DIGITS + "d", firstSeq) + SUFFIX);
    }

    /** The number in the name of a full file. */
    static long number(Path full) {
        String name = full.getFileName().toString();
        int end = name.length() - SUFFIX.length();
        return Long.parseLong(name.substring(end - DIGITS, end));
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    }

    /** The full files of a trail, oldest first. */
    public static List<Path> full(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        List<Path> found = new ArrayList<>();
        if (folder != null && Files.isDirectory(folder)) {
            String name = Pattern.quote(stem(file)) + "-[0-9]{" + DIGITS + "}\\" + SUFFIX;
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(
                    folder,
                    entry -> entry.getFileName().toString().matches(name)
                            && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS))) {
                entries.forEach(found::add);
            }
        }
        found.sort(null);
        return found;
    }

    /** All files of a trail in their order. */
    public static List<Path> all(Path file) throws IOException {
        List<Path> all = new ArrayList<>(full(file));
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            all.add(file);
        }
        return all;
    }

    /** The number of the first record of a file, if its first line is one. */
    static OptionalLong firstSeq(Path file) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            LineHash hash = new LineHash();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                var record = TrailLine.of(line.getBytes(StandardCharsets.ISO_8859_1), hash);
                if (record.isPresent()) {
                    return OptionalLong.of(record.get().seq());
                }
            }
            return OptionalLong.empty();
        }
    }
}
