package dev.kekkai.audit.syslog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/** A record as a syslog message: facility 13 (log audit), severity 6 (informational), and the line of JSON as its text. */
final class Message {
    private static final String PRIORITY = "<110>";
    private static final int TIME_AT = "{\"v\":2,\"time\":\"".length();
    private static final int TIME_LENGTH = "2026-01-02T03:04:05.000678Z".length();
    private static final DateTimeFormatter LOCAL_TIME = DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH);

    private final boolean local;
    private final String pid = Long.toString(ProcessHandle.current().pid());
    private final String after;

    /** @param local as syslog(3) writes to a socket of this host, instead of RFC 5424 */
    Message(boolean local) {
        this.local = local;
        this.after = local ? " kekkai[" + pid + "]: " : " " + hostName() + " kekkai " + pid + " audit - ";
    }

    /** As the kernel has it; asking a resolver could take its time. */
    private static String hostName() {
        try {
            String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            return name.matches("[!-~]{1,255}") ? name : "-";
        } catch (IOException e) {
            return "-";
        }
    }

    /** Whether some bytes are long enough to be a record. */
    static boolean isRecord(byte[] lines, int from, int to) {
        return to - from > TIME_AT + TIME_LENGTH && lines[from] == '{';
    }

    /** Of one line without its newline. */
    byte[] of(byte[] line) {
        String time = new String(line, TIME_AT, TIME_LENGTH, US_ASCII);
        String start = local ? PRIORITY + localTime(time) : PRIORITY + "1 " + time;
        byte[] header = (start + after).getBytes(US_ASCII);
        byte[] message = Arrays.copyOf(header, header.length + line.length);
        System.arraycopy(line, 0, message, header.length, line.length);
        return message;
    }

    private static String localTime(String time) {
        try {
            return LOCAL_TIME.format(Instant.parse(time).atZone(ZoneId.systemDefault()));
        } catch (DateTimeException notOurs) {
            return LOCAL_TIME.format(Instant.EPOCH.atZone(ZoneId.systemDefault()));
        }
    }
}
