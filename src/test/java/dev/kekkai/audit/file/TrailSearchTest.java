package dev.kekkai.audit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditSearch.Page;
import dev.kekkai.audit.AuditSearch.Place;
import dev.kekkai.audit.AuditSearch.Wanted;
import dev.kekkai.id.TenantId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrailSearchTest {
    private static final Wanted ALL = new Wanted(Map.of(), "", "");

    @TempDir
    Path folder;

    private Path file;
    private TrailSearch search;

    @BeforeEach
    void name_a_trail() {
        file = folder.resolve("audit.jsonl");
        search = new TrailSearch(file);
    }

    private void record(int count, String reason) throws Exception {
        try (FileAuditTrail trail =
                FileAuditTrail.open(file, new UUID(1, 2), InstantSource.system(), TrailOptions.DEFAULT)) {
            for (int i = 0; i < count; i++) {
                trail.record(new AuditEvent(
                        i % 2 == 0 ? "wrap" : "unwrap",
                        TenantId.DEFAULT,
                        "é \"caller\"",
                        "v2",
                        "",
                        "",
                        AuditEvent.Outcome.DONE,
                        reason));
            }
        }
    }

    /** All pages from the end to the beginning. */
    private List<Integer> all(Wanted wanted, int limit) throws Exception {
        List<Integer> found = new ArrayList<>();
        Optional<Place> before = Optional.empty();
        do {
            Page page = search.find(wanted, before, limit);
            assertThat(page.records()).hasSizeLessThanOrEqualTo(limit);
            page.records().forEach(record -> found.add(Integer.valueOf(record.getOrDefault("seq", ""))));
            before = page.before();
        } while (before.isPresent());
        return found;
    }

    private static List<Integer> down(int from, int step) {
        return IntStream.iterate(from, seq -> seq > 0, seq -> seq - step)
                .boxed()
                .toList();
    }

    @Test
    void pages_of_any_size_give_every_record_once_newest_first() throws Exception {
        record(25, "");

        for (int limit : List.of(1, 2, 7, 24, 25, 26)) {
            assertThat(all(ALL, limit)).as("pages of %d", limit).isEqualTo(down(25, 1));
        }
    }

    @Test
    void a_trail_longer_than_one_look_is_read_to_its_beginning() throws Exception {
        record(6_000, "r".repeat(400));
        assertThat(Files.size(file)).isGreaterThan(3 * 1024 * 1024);

        assertThat(search.find(new Wanted(Map.of("seq", "1"), "", ""), Optional.empty(), 10)
                        .records())
                .as("one look is not all")
                .isEmpty();
        assertThat(all(ALL, 1_000)).isEqualTo(down(6_000, 1));
        assertThat(all(new Wanted(Map.of("action", "unwrap", "outcome", "done"), "", ""), 1_000))
                .isEqualTo(down(6_000, 2));
    }

    @Test
    void what_is_no_record_or_only_half_there_is_passed_over() throws Exception {
        record(3, "");
        Files.writeString(
                file,
                "\nno json\n{\"v\":9,\"seq\":4,\"action\":\"later\",\"uids\":[\"a\",\"b\"],\"more\":{\"x\":1}}\n{\"seq\":5,\"ac",
                StandardOpenOption.APPEND);

        assertThat(all(ALL, 2)).isEqualTo(down(4, 1));
        assertThat(search.find(ALL, Optional.empty(), 1).records().getFirst())
                .isEqualTo(Map.of("v", "9", "seq", "4", "action", "later"));
    }

    @Test
    void times_bound_what_is_found() throws Exception {
        record(3, "");
        String second = search.find(ALL, Optional.empty(), 3).records().get(1).getOrDefault("time", "");

        assertThat(all(new Wanted(Map.of(), second, ""), 5)).startsWith(3, 2);
        assertThat(all(new Wanted(Map.of(), "", second), 5)).doesNotContain(2, 3);
        assertThat(all(new Wanted(Map.of(), "2999", ""), 5)).isEmpty();
    }

    @Test
    void a_place_where_no_record_ends_is_refused() throws Exception {
        record(2, "");

        for (long place : new long[] {-1, 1, Files.size(file) - 1, Files.size(file) + 1}) {
            assertThatThrownBy(() -> search.find(ALL, Optional.of(new Place(1, place)), 1))
                    .as("place %d", place)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_trail_that_is_gone_or_a_link_is_not_read() throws Exception {
        assertThatThrownBy(() -> search.find(ALL, Optional.empty(), 1)).isInstanceOf(AuditException.class);
        Files.createSymbolicLink(file, Path.of("/etc/hostname"));
        assertThatThrownBy(() -> search.find(ALL, Optional.empty(), 1)).isInstanceOf(AuditException.class);
    }
}
