package dev.kekkai.audit.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditSearch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Reads a trail of JSON lines backwards, at most 1 MiB of it (some 3,000 records) a look. Fields are taken as they come, whatever the schema's
 * version; what is no record is passed over. It reads beside a writer: a line that is only half there is passed over, too.
 */
public final class TrailSearch implements AuditSearch {
    private static final int WINDOW = 1024 * 1024;

    private final JsonFactory json = new JsonFactory();
    private final Path file;

    public TrailSearch(Path file) {
        this.file = file;
    }

    @Override
    public Page find(Wanted wanted, OptionalLong before, int limit) throws AuditException {
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            long end = before.orElse(channel.size());
            if (end < 0 || end > channel.size()) {
                throw new IllegalArgumentException("the trail has no place " + end);
            }
            long start = Math.max(0, end - WINDOW);
            byte[] window = read(channel, start, (int) (end - start));
            if (before.isPresent() && window.length > 0 && window[window.length - 1] != '\n') {
                throw new IllegalArgumentException("no record of the trail begins at " + end);
            }
            return search(window, start, wanted, limit);
        } catch (IOException e) {
            throw new AuditException("the audit trail " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static byte[] read(SeekableByteChannel channel, long start, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        channel.position(start);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }

    /** Where the window begins in the middle of the trail, what stands before its first newline is left for the next look. */
    private Page search(byte[] window, long start, Wanted wanted, int limit) throws IOException {
        List<Map<String, String>> found = new ArrayList<>();
        int end = window.length;
        while (end > 0) {
            int begin = lineBegin(window, end);
            if (begin == 0 && start > 0) {
                break;
            }
            Map<String, String> record = record(new String(window, begin, end - begin, UTF_8));
            end = begin;
            if (tooOld(record, wanted)) {
                return new Page(found, OptionalLong.empty());
            }
            if (fits(record, wanted)) {
                found.add(record);
                if (found.size() == limit) {
                    break;
                }
            }
        }
        if (end == window.length && end > 0) {
            throw new IOException("it has a line of more than 1 MiB, which is no record; keep it and move it aside");
        }
        long next = start + end;
        return new Page(found, next > 0 ? OptionalLong.of(next) : OptionalLong.empty());
    }

    /** Records are in the order of their times, but for a clock that was set back: then what is older is found without {@code from}. */
    private static boolean tooOld(Map<String, String> record, Wanted wanted) {
        return !record.isEmpty() && time(record).compareTo(wanted.from()) < 0;
    }

    /** The trail's times have one form, so that their text is in their order. */
    private static boolean fits(Map<String, String> record, Wanted wanted) {
        return !record.isEmpty()
                && record.entrySet().containsAll(wanted.fields().entrySet())
                && (wanted.to().isEmpty() || time(record).compareTo(wanted.to()) < 0);
    }

    private static String time(Map<String, String> record) {
        return record.getOrDefault("time", "");
    }

    /** Where the line begins that ends before {@code end}, its newline counted in. */
    private static int lineBegin(byte[] window, int end) {
        int at = end - 1;
        while (at > 0 && window[at - 1] != '\n') {
            at--;
        }
        return at;
    }

    /** A caller: each part by its own name, and all but its kind as one text, which is what is searched for. */
    private static void parts(JsonParser parser, String name, Map<String, String> fields) throws IOException {
        StringJoiner whole = new StringJoiner(" ");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String part = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                fields.put(name + "." + part, parser.getText());
                if (!part.equals("kind")) {
                    whole.add(parser.getText());
                }
            }
            parser.skipChildren();
        }
        fields.put(name, whole.toString());
    }

    private Map<String, String> record(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser parser = json.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Map.of();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING || value.isNumeric()) {
                    fields.put(name, parser.getText());
                } else if (value == JsonToken.START_OBJECT && name.equals("caller")) {
                    parts(parser, name, fields);
                }
                parser.skipChildren();
            }
            return parser.currentToken() == JsonToken.END_OBJECT && fields.containsKey("seq") ? fields : Map.of();
        } catch (IOException notJson) {
            return Map.of();
        }
    }
}
