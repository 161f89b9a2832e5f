package dev.kekkai.authority.file;

import dev.kekkai.id.VersionId;
import dev.kekkai.store.SeenHead;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The content of a {@link MemoryFile}. */
record RememberedLines(Optional<SeenHead> head, Map<VersionId, Long> uses) {
    private static final String TITLE = "kekkai authority memory 1";

    RememberedLines {
        uses = Map.copyOf(uses);
    }

    /** @throws IllegalArgumentException if it is not what {@link #text} wrote; an empty text remembers nothing */
    static RememberedLines parse(String text) {
        Optional<SeenHead> head = Optional.empty();
        Map<VersionId, Long> uses = new HashMap<>();
        if (text.isEmpty()) {
            return new RememberedLines(head, uses);
        }
        if (!text.startsWith(TITLE + "\n") || !text.endsWith("\nend\n")) {
            throw new IllegalArgumentException("it does not begin with '" + TITLE + "' and end with 'end'");
        }
        String body = text.substring(TITLE.length() + 1, text.length() - "end\n".length());
        for (String line : body.lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words.length == 4 && words[0].equals("head")) {
                head = Optional.of(new SeenHead(
                        UUID.fromString(words[1]),
                        Long.parseLong(words[2]),
                        HexFormat.of().parseHex(words[3])));
            } else if (words.length == 3 && words[0].equals("uses")) {
                uses.put(VersionId.parse(words[1]), Long.parseLong(words[2]));
            } else {
                throw new IllegalArgumentException("a line of it says nothing that is known");
            }
        }
        return new RememberedLines(head, uses);
    }

    RememberedLines with(SeenHead later) {
        return new RememberedLines(Optional.of(later), uses);
    }

    RememberedLines with(VersionId version, long total) {
        Map<VersionId, Long> more = new HashMap<>(uses);
        more.put(version, total);
        return new RememberedLines(head, more);
    }

    String text() {
        StringBuilder text = new StringBuilder(TITLE).append('\n');
        head.ifPresent(it -> text.append("head ")
                .append(it.chain())
                .append(' ')
                .append(it.serial())
                .append(' ')
                .append(HexFormat.of().formatHex(it.hash()))
                .append('\n'));
        Map<String, Long> sorted = new TreeMap<>();
        uses.forEach((version, total) -> sorted.put(version.toString(), total));
        sorted.forEach((version, total) ->
                text.append("uses ").append(version).append(' ').append(total).append('\n'));
        return text.append("end\n").toString();
    }
}
