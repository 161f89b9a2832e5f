package dev.kekkai.audit.file;

import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.verify.LineHash;
import dev.kekkai.audit.verify.TrailLine;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the end of an existing file says.
 *
 * @param schema of the last whole record, or 0 if there is none
 * @param head the last whole record; of schema 1, which has no hash, its number alone
 * @param midLine whether the last line lacks its newline
 * @param tornBytes bytes after the last whole record that are none, newlines not counted; 0 for a sound file
 */
record TrailEnd(int schema, ChainHead head, boolean midLine, int tornBytes) {
    /** Of a file with nothing in it. */
    static final TrailEnd EMPTY = new TrailEnd(0, ChainHead.NONE, false, 0);

    /** Many times the longest line that {@link BoundedText} lets through. */
    private static final int WINDOW = 256 * 1024;

    /**
     * Reads the last 256 KiB.
     *
     * @throws FileSystemException if they hold no record although the file is longer: then nobody can tell where to continue
     */
    static TrailEnd of(Path file) throws IOException {
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            LineHash hash = new LineHash();
            long start = Math.max(0, channel.size() - WINDOW);
            // One char a byte, so that nothing of a line is lost where a character was cut.
            String text = new String(
                    Channels.newInputStream(channel.position(start)).readNBytes(WINDOW), StandardCharsets.ISO_8859_1);
            boolean midLine = !text.isEmpty() && !text.endsWith("\n");
            int torn = 0;
            for (String line : List.of(text.split("\n", -1)).reversed()) {
                byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
                Optional<TrailLine> record = TrailLine.of(bytes, hash);
                if (record.isPresent()) {
                    return new TrailEnd(record.get().schema(), head(record.get()), midLine, torn);
                }
                torn += bytes.length;
            }
            if (start > 0) {
                throw new FileSystemException(
                        file.toString(),
                        null,
                        "its last 256 KiB hold no audit record; keep it, move it aside and start again");
            }
            return new TrailEnd(0, ChainHead.NONE, midLine, torn);
        }
    }

    /** What was written of it counts: if somebody changed the record, what follows it tells so. */
    private static ChainHead head(TrailLine record) {
        return new ChainHead(record.seq(), record.schema() == 1 ? ChainHead.NOTHING : record.field("hash"));
    }
}
