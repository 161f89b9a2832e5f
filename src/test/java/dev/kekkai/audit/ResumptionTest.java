package dev.kekkai.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.file.FileAuditTrail;
import dev.kekkai.audit.file.Fsync;
import dev.kekkai.audit.file.TrailFolder;
import dev.kekkai.audit.file.TrailOptions;
import dev.kekkai.audit.file.WrittenTrail;
import dev.kekkai.audit.verify.Evidence;
import dev.kekkai.audit.verify.Report;
import dev.kekkai.store.AuditAnchor;
import dev.kekkai.testing.authority.MemorySigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start notices of that somebody wrote the files of a trail while no server ran. */
class ResumptionTest {
    private static final int SIZE = 3000;

    @TempDir
    Path folder;

    private final MemorySigningKey key = new MemorySigningKey();
    private final MemoryAnchors anchors = new MemoryAnchors();
    private Path file;

    /** Records 1 to 3 and the anchor of 3, which is record 4. */
    @BeforeEach
    void run_a_server_that_is_stopped_in_order() throws Exception {
        file = folder.resolve("audit.jsonl");
        assertThat(run()).isEmpty();
        assertThat(lines()).hasSize(4);
    }

    /** Answers with what status says. */
    private String run() throws Exception {
        return run(SIZE * 100L, 3, 0);
    }

    private String run(long rotateSize, int records, int keepFiles) throws Exception {
        TrailOptions options = new TrailOptions(Fsync.NEVER, rotateSize, Duration.ZERO, keepFiles);
        try (FileAuditTrail trail = FileAuditTrail.open(file, WrittenTrail.REPLICA, InstantSource.system(), options)) {
            for (int i = 0; i < records; i++) {
                trail.record(AuditEvent.ofServer("server.start", Outcome.DONE, ""));
            }
            Anchoring anchoring = new Anchoring(
                    trail,
                    anchors,
                    key::generate,
                    new Anchoring.Pace(Duration.ofMinutes(1), 100),
                    InstantSource.system());
            assertThat(anchoring.anchor()).isTrue();
            assertThat(anchoring.anchor()).isTrue();
            return anchoring.problem();
        }
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(file);
    }

    private List<String> said(String action) throws IOException {
        return lines().stream()
                .filter(line -> line.contains("\"" + action + "\""))
                .toList();
    }

    @Test
    void what_was_left_as_it_was_is_gone_on_from() throws Exception {
        assertThat(run()).isEmpty();

        assertThat(said("audit.cut")).isEmpty();
        assertThat(said("audit.resumed")).singleElement().asString().contains("1 records, 4 to 4,");
    }

    @Test
    void the_record_that_was_signed_may_be_in_a_full_file() throws Exception {
        assertThat(run(1, 3, 0)).isEmpty();
        assertThat(run(1, 5, 0)).isEmpty();

        assertThat(TrailFolder.full(file)).hasSizeGreaterThan(8);
    }

    @Test
    void what_audit_keep_files_removed_is_no_cut_and_the_rest_is_whole() throws Exception {
        for (int start = 0; start < 4; start++) {
            assertThat(run(SIZE, 12, 2)).isEmpty();
        }

        List<List<String>> all = new ArrayList<>();
        for (Path each : TrailFolder.all(file)) {
            all.add(Files.readAllLines(each));
        }
        Optional<byte[]> publicKey = key.existing().map(signer -> signer.publicKey());
        Report report = WrittenTrail.verify(
                new Evidence(Optional.of(WrittenTrail.REPLICA), publicKey, anchors.kept, Optional.empty(), List.of()),
                0,
                all);
        assertThat(report.first()).isGreaterThan(4);
        assertThat(report.provedTo()).isPositive();
        assertThat(report.findings()).isEmpty();
    }

    @Test
    void a_replaced_trail_is_noticed_though_its_numbers_go_on() throws Exception {
        String forged = lines().getLast().replace("audit.anchor", "audit.begin");
        Files.write(file, List.of(WrittenTrail.sealed(forged, ChainHead.NOTHING)));

        assertThat(run()).contains("signed record 3", "that record was not in the files");

        assertThat(said("audit.cut")).hasSize(1);
    }

    @Test
    void another_record_in_the_place_of_the_signed_one_is_noticed() throws Exception {
        List<String> forged = new ArrayList<>(lines().subList(0, 2));
        String third = lines().get(2).replace("\"done\"", "\"failed\"");
        forged.add(WrittenTrail.sealed(third, WrittenTrail.hashOf(forged.get(1))));
        forged.add(WrittenTrail.sealed(lines().get(3), WrittenTrail.hashOf(forged.get(2))));
        Files.write(file, forged);

        assertThat(run()).contains("the files had another record 3");

        assertThat(said("audit.cut")).hasSize(1);
    }

    /** Who can write the files and the database could else append records and have the start take them for anchored. */
    @Test
    void an_anchor_that_the_hsm_did_not_sign_covers_nothing_that_was_appended() throws Exception {
        String last = lines().getLast();
        String appended = last.replace("\"seq\":4,", "\"seq\":5,").replace("audit.anchor", "unwrap");
        Files.write(file, List.of(lines().get(2), last, WrittenTrail.sealed(appended, WrittenTrail.hashOf(last))));
        anchors.kept.add(new AuditAnchor(
                WrittenTrail.REPLICA,
                4,
                HexFormat.of().parseHex(WrittenTrail.hashOf(last)),
                Instant.now(),
                new byte[64]));

        assertThat(run(SIZE * 100L, 0, 0)).contains("1 anchor(s)", "were not signed by the key 'kekkai-audit'");

        assertThat(said("audit.forged")).hasSize(1);
        assertThat(said("audit.resumed")).singleElement().asString().contains("2 records, 4 to 5,");
    }

    @Test
    void nor_does_one_of_a_record_that_never_was_call_a_whole_trail_cut() throws Exception {
        anchors.kept.add(new AuditAnchor(WrittenTrail.REPLICA, 900, new byte[32], Instant.now(), new byte[64]));

        assertThat(run()).contains("1 anchor(s)");

        assertThat(said("audit.cut")).isEmpty();
    }

    /** The server's own first record takes the number that was cut off. */
    @Test
    void the_signed_record_cut_off_alone_is_noticed() throws Exception {
        Files.write(file, lines().subList(0, 2));

        assertThat(run()).contains("signed record 3", "ended with record 2");
    }

    @Test
    void what_was_appended_is_counted_and_a_removal_in_it_named() throws Exception {
        String last = lines().getLast();
        String forged = last.replace("\"seq\":4,", "\"seq\":5,").replace("audit.anchor", "audit.removed");
        Files.write(file, List.of(lines().get(2), last, WrittenTrail.sealed(forged, WrittenTrail.hashOf(last))));

        assertThat(run()).isEmpty();

        assertThat(said("audit.resumed"))
                .singleElement()
                .asString()
                .contains("2 records, 4 to 5,", "1 of them say that files were removed");
    }
}
