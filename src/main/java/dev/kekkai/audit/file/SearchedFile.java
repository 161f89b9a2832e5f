package dev.kekkai.audit.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/**
 * One file of a trail, open for reading beside the writer. It is known by the number of its first record, which it keeps when it is full and renamed.
 *
 * @param number of its first record; {@link #EMPTY} if it has none
 */
record SearchedFile(SeekableByteChannel channel, long number) implements AutoCloseable {
    /** After all numbers: a file that was begun and has no record yet. */
    static final long EMPTY = Long.MAX_VALUE;

    private static final int BEGINNING = 256 * 1024;
    private static final long LARGEST_NAME = 9_999_999_999_999_999L;

    /** The one that is written. What it is, is asked of the file that was opened, so that a rotation meanwhile confuses nothing. */
    static SearchedFile written(Path file) throws IOException {
        SeekableByteChannel channel = open(file);
        boolean done = false;
        try {
            SearchedFile opened = new SearchedFile(channel, first(channel));
            done = true;
            return opened;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    /** The one with a number, full or still written; empty if there is none. */
    static Optional<SearchedFile> numbered(Path file, long number) throws IOException {
        Optional<SearchedFile> full = full(file, number);
        if (full.isPresent()) {
            return full;
        }
        SearchedFile written = written(file);
        if (written.number == number) {
            return Optional.of(written);
        }
        written.close();
        return full(file, number); // it may have been renamed in between
    }

    /** The full one that precedes a number. */
    static Optional<SearchedFile> before(Path file, long number) throws IOException {
        Optional<SearchedFile> found = Optional.empty();
        for (Path full : TrailFolder.full(file).reversed()) {
            long first = TrailFolder.number(full);
            if (first < number && found.isEmpty()) {
                found = full(file, first); // empty if it was removed meanwhile, and those before it with it
            }
        }
        return found;
    }

    /** Whether a number is before all files that are there: then its file was removed. */
    static boolean precedesAll(Path file, long number) throws IOException {
        for (Path full : TrailFolder.full(file)) {
            if (TrailFolder.number(full) <= number) {
                return false;
            }
        }
        try (SearchedFile written = written(file)) {
            return number < written.number;
        }
    }

    private static Optional<SearchedFile> full(Path file, long number) throws IOException {
        if (number < 0 || number > LARGEST_NAME) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SearchedFile(open(TrailFolder.fullName(file, number)), number));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    private static SeekableByteChannel open(Path file) throws IOException {
        return Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    }

    private static long first(SeekableByteChannel channel) throws IOException {
        RecordFields fields = new RecordFields();
        String beginning = new String(read(channel, 0, (int) Math.min(BEGINNING, channel.size())), UTF_8);
        return beginning
                .lines()
                .map(line -> fields.of(line).getOrDefault("seq", ""))
                .filter(seq -> seq.matches("[0-9]{1,16}"))
                .map(Long::valueOf)
                .findFirst()
                .orElse(EMPTY);
    }

    long size() throws IOException {
        return channel.size();
    }

    byte[] read(long start, int length) throws IOException {
        return read(channel, start, length);
    }

    private static byte[] read(SeekableByteChannel channel, long start, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        channel.position(start);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {}
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
