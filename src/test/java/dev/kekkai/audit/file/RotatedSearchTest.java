package dev.kekkai.audit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditSearch.Page;
import dev.kekkai.audit.AuditSearch.Place;
import dev.kekkai.audit.AuditSearch.Wanted;
import dev.kekkai.id.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looking back over files that a real writer filled, while it goes on filling them. */
class RotatedSearchTest {
    private static final Wanted ALL = new Wanted(Map.of(), "", "");

    @TempDir
    Path folder;

    /** A little ahead, because the age of a file counts from when the file system made it. */
    private final Instant start = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);

    private final AtomicReference<Instant> now = new AtomicReference<>(start);
    private Path file;
    private TrailSearch search;

    @BeforeEach
    void name_a_trail() {
        file = folder.resolve("audit.jsonl");
        search = new TrailSearch(file);
    }

    /** A day fills a file. */
    private FileAuditTrail open(int keepFiles) throws IOException {
        return FileAuditTrail.open(
                file, new UUID(1, 2), now::get, new TrailOptions(Fsync.NEVER, 1L << 30, Duration.ofDays(1), keepFiles));
    }

    private static void record(FileAuditTrail trail, int count, String reason) throws Exception {
        for (int i = 0; i < count; i++) {
            trail.record(new AuditEvent("wrap", TenantId.DEFAULT, "c", "v2", "", "", AuditEvent.Outcome.DONE, reason));
        }
    }

    /** As the trail writes it. */
    private String day(int number) {
        return start.plus(Duration.ofDays(number)).toString().replace("Z", ".000000Z");
    }

    private void aDayPasses() {
        now.updateAndGet(time -> time.plus(Duration.ofDays(1)));
    }

    private static List<Integer> numbers(Page page) {
        return page.records().stream()
                .map(record -> Integer.valueOf(record.getOrDefault("seq", "")))
                .toList();
    }

    private List<Integer> allAfter(Optional<Place> from, Wanted wanted, int limit) throws Exception {
        List<Integer> found = new ArrayList<>();
        Optional<Place> before = from;
        do {
            Page page = search.find(wanted, before, limit);
            assertThat(page.records()).hasSizeLessThanOrEqualTo(limit);
            found.addAll(numbers(page));
            before = page.before();
        } while (before.isPresent());
        return found;
    }

    private static List<Integer> down(int from, int to) {
        return IntStream.iterate(from, seq -> seq >= to, seq -> seq - 1).boxed().toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> names = Files.list(folder)) {
            return names.map(name -> name.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void pages_of_any_size_go_through_three_files_newest_first() throws Exception {
        try (FileAuditTrail trail = open(0)) {
            for (int day = 0; day < 3; day++) {
                record(trail, 10, "");
                aDayPasses();
            }
            assertThat(files())
                    .containsExactly("audit-0000000000000001.jsonl", "audit-0000000000000011.jsonl", "audit.jsonl");

            for (int limit : List.of(1, 3, 10, 11, 29, 30, 200)) {
                assertThat(allAfter(Optional.empty(), ALL, limit))
                        .as("pages of %d", limit)
                        .isEqualTo(down(30, 1));
            }
            assertThat(search.find(ALL, Optional.empty(), 200).before())
                    .as("small files are one look")
                    .isEmpty();
        }
    }

    @Test
    void a_rotation_between_two_pages_loses_and_doubles_nothing() throws Exception {
        for (int first : List.of(1, 5, 9, 10, 11)) {
            try (FileAuditTrail trail = open(0)) {
                record(trail, 10, "");
                int last = (int) trail.head().seq();
                Page page = search.find(ALL, Optional.empty(), first);

                aDayPasses();
                record(trail, 10, "");

                assertThat(Stream.of(numbers(page), allAfter(page.before(), ALL, 4))
                                .flatMap(List::stream))
                        .as("after a first page of %d", first)
                        .isEqualTo(down(last, 1));
                aDayPasses();
            }
        }
        assertThat(files()).hasSizeGreaterThan(5);
    }

    @Test
    void a_look_right_after_a_rotation_begins_in_the_full_file() throws Exception {
        try (FileAuditTrail trail = open(0)) {
            record(trail, 3, "");
        }
        Files.move(file, TrailFolder.fullName(file, 1));
        Files.createFile(file);

        assertThat(allAfter(Optional.empty(), ALL, 2)).isEqualTo(down(3, 1));
    }

    @Test
    void one_look_is_bounded_however_many_files_there_are() throws Exception {
        try (FileAuditTrail trail = open(0)) {
            for (int day = 0; day < 4; day++) {
                record(trail, 1_000, "r".repeat(500));
                aDayPasses();
            }
        }
        Wanted oldest = new Wanted(Map.of("seq", "1"), "", "");

        Page first = search.find(oldest, Optional.empty(), 10);

        assertThat(first.records()).isEmpty();
        assertThat(first.before()).hasValueSatisfying(place -> assertThat(place.file())
                .as("1 MiB is one file and a part of the next")
                .isEqualTo(2001));
        assertThat(allAfter(Optional.empty(), oldest, 10)).containsExactly(1);
        assertThat(allAfter(Optional.empty(), ALL, 700)).isEqualTo(down(4_000, 1));
    }

    @Test
    void times_bound_what_is_found_in_full_files_too() throws Exception {
        try (FileAuditTrail trail = open(0)) {
            for (int day = 0; day < 3; day++) {
                record(trail, 5, "");
                aDayPasses();
            }
        }

        assertThat(allAfter(Optional.empty(), new Wanted(Map.of(), day(1), day(2)), 2))
                .isEqualTo(down(10, 6));
        assertThat(search.find(new Wanted(Map.of(), day(2), ""), Optional.empty(), 200)
                        .before())
                .as("nothing older is looked at")
                .isEmpty();
    }

    @Test
    void what_was_removed_between_two_pages_ends_them() throws Exception {
        try (FileAuditTrail trail = open(1)) {
            record(trail, 5, "");
            Page page = search.find(ALL, Optional.empty(), 2);
            for (int day = 0; day < 3; day++) {
                aDayPasses();
                record(trail, 5, "");
            }
            assertThat(files()).doesNotContain("audit-0000000000000001.jsonl");

            assertThat(search.find(ALL, page.before(), 2)).isEqualTo(new Page(List.of(), Optional.empty()));
        }
    }

    @Test
    void a_place_that_no_page_gave_is_refused() throws Exception {
        try (FileAuditTrail trail = open(0)) {
            record(trail, 5, "");
            aDayPasses();
            record(trail, 5, "");
        }
        long size = Files.size(TrailFolder.fullName(file, 1));

        for (Place forged : List.of(
                new Place(2, size),
                new Place(7, 10),
                new Place(Long.MAX_VALUE, 10),
                new Place(1, size - 1),
                new Place(1, size + 1),
                new Place(6, -1))) {
            assertThatThrownBy(() -> search.find(ALL, Optional.of(forged), 1))
                    .as("%s", forged)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(numbers(search.find(ALL, Optional.of(new Place(1, size)), 200)))
                .isEqualTo(down(5, 1));
    }

    @Test
    void a_link_in_the_place_of_a_full_file_is_not_read() throws Exception {
        try (FileAuditTrail trail = open(0)) {
            record(trail, 5, "");
            aDayPasses();
            record(trail, 5, "");
        }
        Path full = TrailFolder.fullName(file, 1);
        Path elsewhere = Files.move(full, folder.resolve("elsewhere"));
        Files.createSymbolicLink(full, elsewhere);

        assertThat(allAfter(Optional.empty(), ALL, 200)).isEqualTo(down(10, 6));
    }
}
