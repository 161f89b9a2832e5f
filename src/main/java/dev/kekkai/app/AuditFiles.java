package dev.kekkai.app;

import dev.kekkai.audit.file.TrailFolder;
import dev.kekkai.audit.file.TrailReader;
import dev.kekkai.audit.verify.Evidence;
import dev.kekkai.audit.verify.LineHash;
import dev.kekkai.audit.verify.Report;
import dev.kekkai.audit.verify.TrailLine;
import dev.kekkai.audit.verify.TrailVerifier;
import dev.kekkai.config.KekkaiConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Reads the files of an audit trail, perhaps while a server writes them. */
public final class AuditFiles {
    private static final long PAUSE_NANOS = 200_000_000;

    private AuditFiles() {}

    /** A record, and its line. */
    public record Shown(TrailLine record, String line) {}

    /** The trail of a configuration, oldest file first. */
    public static List<Path> of(KekkaiConfig config) throws IOException {
        Path file = Workbench.auditFile(config);
        List<Path> files = TrailFolder.all(file);
        if (files.isEmpty()) {
            throw new IOException("there is no audit trail at " + file);
        }
        return files;
    }

    /** Verifies files in the order given. */
    public static Report verify(List<Path> files, Evidence evidence, long from) throws IOException {
        TrailVerifier verifier = new TrailVerifier(evidence, from);
        for (Path file : files) {
            long[] number = {0};
            lines(file, line -> verifier.collect(file.toString(), ++number[0], line));
        }
        for (Path file : files) {
            verifier.file(file.toString());
            lines(file, verifier::line);
        }
        return verifier.report();
    }

    private static void lines(Path file, Consumer<byte[]> to) throws IOException {
        try (TrailReader reader = TrailReader.open(file)) {
            for (byte[] line = reader.next(); line != null; line = reader.next()) {
                to.accept(line);
            }
        }
    }

    /** The last records that are wanted, oldest first. */
    public static List<Shown> last(List<Path> files, int most, Predicate<TrailLine> wanted) throws IOException {
        Deque<Shown> last = new ArrayDeque<>();
        for (Path file : files.reversed()) {
            Deque<Shown> here = new ArrayDeque<>();
            int room = most - last.size();
            LineHash hash = new LineHash();
            lines(file, line -> shown(line, hash, wanted).ifPresent(shown -> {
                here.addLast(shown);
                if (here.size() > room) {
                    here.removeFirst();
                }
            }));
            here.reversed().forEach(last::addFirst);
            if (last.size() >= most) {
                break;
            }
        }
        return new ArrayList<>(last);
    }

    private static Optional<Shown> shown(byte[] line, LineHash hash, Predicate<TrailLine> wanted) {
        return TrailLine.of(line, hash)
                .filter(wanted)
                .map(record -> new Shown(record, new String(line, StandardCharsets.UTF_8)));
    }

    /** Gives each record that comes from now on, over changes of files, until the thread is interrupted. */
    public static void follow(Path file, long after, Predicate<TrailLine> wanted, Consumer<Shown> to)
            throws IOException {
        LineHash hash = new LineHash();
        while (!Thread.interrupted()) {
            Object key = key(file);
            try (TrailReader reader = TrailReader.open(file)) {
                boolean replaced = false;
                while (!replaced && !Thread.currentThread().isInterrupted()) {
                    replaced = !key.equals(key(file));
                    for (byte[] line = reader.nextEnded(); line != null; line = reader.nextEnded()) {
                        shown(line, hash, wanted)
                                .filter(shown -> shown.record().seq() > after)
                                .ifPresent(to);
                    }
                    LockSupport.parkNanos(replaced ? 0 : PAUSE_NANOS);
                }
            }
        }
    }

    private static Object key(Path file) throws IOException {
        while (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            LockSupport.parkNanos(PAUSE_NANOS); // between two files
        }
        return String.valueOf(Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey());
    }
}
