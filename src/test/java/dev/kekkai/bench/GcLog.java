package dev.kekkai.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the JVM wrote of its collections, by {@code -Xlog:gc}.
 *
 * @param peakMib what the heap held at most, before a collection
 * @param liveMib what it held at most after one
 */
record GcLog(long peakMib, long liveMib) {
    private static final Pattern PAUSE = Pattern.compile("Pause .* (\\d+)M->(\\d+)M\\(\\d+M\\)");

    static GcLog read(Path log) throws IOException {
        long peak = 0;
        long live = 0;
        for (String line : Files.readAllLines(log)) {
            Matcher pause = PAUSE.matcher(line);
            if (pause.find()) {
                peak = Math.max(peak, Long.parseLong(pause.group(1)));
                live = Math.max(live, Long.parseLong(pause.group(2)));
            }
        }
        return new GcLog(peak, live);
    }
}
