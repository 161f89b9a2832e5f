package dev.kekkai.audit.file;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Shows times as ISO 8601 in UTC, with six digits of a second. Remembers the last whole second, since many records come in one. */
final class MicrosClockFace {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.").withZone(ZoneOffset.UTC);
    private static final int NANOS_PER_MICRO = 1000;
    private static final int FIRST_DIGIT = 100_000;

    private volatile Shown last = shown(0);

    private record Shown(long second, String text) {}

    StringBuilder append(Instant time, StringBuilder to) {
        Shown shown = last;
        if (shown.second != time.getEpochSecond()) {
            shown = shown(time.getEpochSecond());
            last = shown;
        }
        to.append(shown.text);
        int micros = time.getNano() / NANOS_PER_MICRO;
        for (int digit = FIRST_DIGIT; digit > 0; digit /= 10) {
            to.append((char) ('0' + micros / digit % 10));
        }
        return to.append('Z');
    }

    private static Shown shown(long second) {
        return new Shown(second, SECONDS.format(Instant.ofEpochSecond(second)));
    }
}
