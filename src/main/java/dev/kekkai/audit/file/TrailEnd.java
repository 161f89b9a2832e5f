package dev.kekkai.audit.file;

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
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the end of an existing trail says.
 *
 * @param lastSeq of the last whole record, or 0 if there is none
 * @param midLine whether the last line lacks its newline
 * @param tornBytes bytes after the last whole record that are none, newlines not counted; 0 for a sound trail
 */
record TrailEnd(long lastSeq, boolean midLine, int tornBytes) {
    /** Many times the longest line that {@link BoundedText} lets through. */
    private static final int WINDOW = 256 * 1024;

    /**
     * Reads the last 256 KiB.
     *
     * @throws FileSystemException if they hold no record although the file is longer: then nobody can tell where to continue
     */
    static TrailEnd of(Path file, AuditLine lines) throws IOException {
        try (SeekableByteChannel channel =
                Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            long start = Math.max(0, channel.size() - WINDOW);
            String text = new String(
                    Channels.newInputStream(channel.position(start)).readNBytes(WINDOW), StandardCharsets.UTF_8);
            boolean midLine = !text.isEmpty() && !text.endsWith("\n");
            int torn = 0;
            for (String line : List.of(text.split("\n", -1)).reversed()) {
                OptionalLong seq = lines.seqOf(line);
                if (seq.isPresent()) {
                    return new TrailEnd(seq.getAsLong(), midLine, torn);
                }
                torn += line.getBytes(StandardCharsets.UTF_8).length;
            }
            if (start > 0) {
                throw new FileSystemException(
                        file.toString(),
                        null,
                        "its last 256 KiB hold no audit record; keep it, move it aside and start again");
            }
            return new TrailEnd(0, midLine, torn);
        }
    }
}
