package dev.kekkai.audit.file;

import dev.kekkai.audit.LookBack;
import dev.kekkai.audit.verify.LineHash;
import dev.kekkai.audit.verify.TrailLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the records of a trail from one on to another, while it is being written. */
final class TrailLookBack {
    private final long seq;
    private final long last;
    private final LineHash hash = new LineHash();
    private Optional<String> found = Optional.empty();
    private long removals;

    private TrailLookBack(long seq, long last) {
        this.seq = seq;
        this.last = last;
    }

    /** Reads again if a file became full meanwhile, for then it may have been missed. */
    static LookBack of(Path file, long seq, long last) throws IOException {
        while (true) {
            List<Path> files = TrailFolder.all(file);
            TrailLookBack looking = new TrailLookBack(seq, last);
            for (Path each : files.subList(begin(files, seq), files.size())) {
                looking.read(each);
            }
            if (files.equals(TrailFolder.all(file))) {
                return new LookBack(looking.found, looking.removals);
            }
        }
    }

    /** The file that the record is in if the files are in their order. */
    private static int begin(List<Path> files, long seq) throws IOException {
        for (int i = files.size() - 1; i > 0; i--) {
            OptionalLong first = TrailFolder.firstSeq(files.get(i));
            if (first.isPresent() && first.getAsLong() <= seq) {
                return i;
            }
        }
        return 0;
    }

    private void read(Path file) throws IOException {
        try (TrailReader reader = TrailReader.open(file)) {
            for (byte[] line = reader.next(); line != null; line = reader.next()) {
                TrailLine.of(line, hash)
                        .filter(record -> record.hashHolds() && record.seq() >= seq && record.seq() <= last)
                        .ifPresent(this::take);
            }
        }
    }

    private void take(TrailLine record) {
        if (record.seq() == seq) {
            found = Optional.of(record.field("hash"));
        } else if (record.field("action").equals(Rotation.REMOVED)) {
            removals++;
        }
    }
}
