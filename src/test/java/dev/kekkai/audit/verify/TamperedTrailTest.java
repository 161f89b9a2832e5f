package dev.kekkai.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.kekkai.audit.AnchorRecord;
import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.file.WrittenTrail;
import dev.kekkai.audit.verify.Finding.Kind;
import dev.kekkai.store.AuditAnchor;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each way to tamper with a trail of nine records, 1 to 3, an anchor of 3 as record 4, 5 to 7, an anchor of 7 as record 8, and 9: each changes one thing
 * in a trail that is accepted, and is found where it was done.
 */
class TamperedTrailTest {
    private WrittenTrail trail;

    @BeforeEach
    void write_a_trail_that_is_accepted() throws Exception {
        trail = new WrittenTrail();
        trail.wraps("a", "b", "c");
        trail.anchor();
        trail.wraps("d", "e", "f");
        trail.anchor();
        trail.wraps("g");

        Report report = trail.verify();
        assertThat(report.findings()).isEmpty();
        assertThat(report.notes()).isEmpty();
        assertThat(report.records()).isEqualTo(9);
        assertThat(report.provedTo()).isEqualTo(7);
        assertThat(report.unproved()).isEqualTo(2);
    }

    /** What somebody who can write to the file does. */
    private interface Tampering {
        void with(WrittenTrail trail) throws Exception;
    }

    @ParameterizedTest
    @MethodSource("tamperings")
    void it_is_found_where_it_was_done(Tampering tampering, Kind kind, long line, long seq) throws Exception {
        tampering.with(trail);

        assertThat(trail.verify().findings()).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(kind);
            assertThat(finding.file()).isEqualTo("f1");
            assertThat(finding.line()).isEqualTo(line);
            assertThat(finding.seq()).isEqualTo(seq);
        });
    }

    static Stream<Arguments> tamperings() {
        return Stream.of(
                tampering("a record removed", t -> t.lines.remove(4), Kind.REMOVED, 5, 5),
                tampering("the first record removed", t -> t.lines.removeFirst(), Kind.REMOVED, 1, 1),
                tampering("several removed", t -> t.lines.subList(4, 6).clear(), Kind.REMOVED, 5, 5),
                tampering("text changed", t -> edit(t, 4, "\"d\"", "\"x\""), Kind.CHANGED, 5, 5),
                tampering("the outcome changed", t -> edit(t, 4, "done", "failed"), Kind.CHANGED, 5, 5),
                tampering("white space added", t -> edit(t, 4, "{\"v\"", "{ \"v\""), Kind.CHANGED, 5, 5),
                tampering("a hash changed", t -> edit(t, 8, hash(t, 8), "0".repeat(64)), Kind.CHANGED, 9, 9),
                tampering("changed, with its hash", t -> remakeOne(t, 4, "\"d\"", "\"x\""), Kind.CHANGED, 6, 5),
                tampering("two exchanged", t -> Collections.swap(t.lines, 4, 5), Kind.REORDERED, 6, 5),
                tampering("one moved to the end", t -> t.lines.add(t.lines.remove(5)), Kind.REORDERED, 9, 6),
                tampering("one there twice", t -> t.lines.add(6, t.lines.get(5)), Kind.INSERTED, 7, 6),
                tampering("junk inserted", t -> t.lines.add(5, "# hello"), Kind.NO_RECORD, 6, 0),
                tampering("schema 1 inserted", t -> t.lines.add(5, "{\"v\":1,\"seq\":6}"), Kind.INSERTED, 6, 6),
                tampering("cut to before an anchor", t -> t.lines.subList(5, 9).clear(), Kind.TRUNCATED, 5, 5),
                tampering("all gone", t -> t.lines.clear(), Kind.TRUNCATED, 0, 0),
                tampering("remade before an anchor", t -> t.remakeFrom(4, "\"d\"", "\"x\""), Kind.REPLACED, 7, 7));
    }

    private static Arguments tampering(String name, Tampering tampering, Kind kind, long line, long seq) {
        return argumentSet(name, tampering, kind, line, seq);
    }

    private static void edit(WrittenTrail trail, int index, String old, String replacement) {
        String changed = trail.lines.get(index).replace(old, replacement);
        assertThat(changed).isNotEqualTo(trail.lines.get(index));
        trail.lines.set(index, changed);
    }

    private static String hash(WrittenTrail trail, int index) {
        return WrittenTrail.hashOf(trail.lines.get(index));
    }

    private static void remakeOne(WrittenTrail trail, int index, String old, String replacement) {
        String changed = trail.lines.get(index).replace(old, replacement);
        trail.lines.set(index, WrittenTrail.sealed(changed, hash(trail, index - 1)));
    }

    @Test
    void what_is_remade_is_bounded_by_the_anchors_around_it() {
        trail.remakeFrom(4, "\"d\"", "\"x\"");

        Report report = trail.verify();

        assertThat(report.findings().getFirst().message()).contains("or one after record 3, was exchanged");
        assertThat(report.provedTo()).isEqualTo(3);
    }

    /** The bound that docs/audit.md states. */
    @Test
    void after_the_last_anchor_a_thief_cuts_unnoticed_and_no_further() {
        trail.lines.subList(7, 9).clear();
        assertThat(trail.verify().findings()).isEmpty();

        trail.lines.removeLast();
        assertThat(trail.verify().findings()).extracting(Finding::kind).containsExactly(Kind.TRUNCATED);
    }

    @Test
    void a_running_server_knows_what_it_wrote_last() {
        ChainHead head = trail.head();
        Report whole = trail.verify(0, Optional.of(head), List.of(trail.lines));
        assertThat(whole.findings()).isEmpty();
        assertThat(whole.head()).isTrue();

        trail.lines.removeLast();
        assertThat(trail.verify(0, Optional.of(head), List.of(trail.lines)).findings())
                .singleElement()
                .satisfies(
                        finding -> assertThat(finding.message()).contains("the running server has written record 9"));
    }

    @Test
    void a_running_server_knows_its_file_from_another() {
        ChainHead head = trail.head();
        trail.remakeFrom(8, "\"g\"", "\"x\"");

        assertThat(trail.verify(0, Optional.of(head), List.of(trail.lines)).findings())
                .extracting(Finding::kind)
                .containsExactly(Kind.REPLACED);
    }

    @Test
    void an_anchor_that_another_key_signed_is_forged() throws Exception {
        trail.lines.removeLast();
        AuditAnchor forged = trail.signed(WrittenTrail.keyPair(), 8, WrittenTrail.hashOf(trail.lines.getLast()));
        trail.anchors.add(forged);

        Report report = trail.verify();

        assertThat(report.findings()).extracting(Finding::kind).containsExactly(Kind.FORGED_ANCHOR);
        assertThat(report.findings().getFirst().file()).isEqualTo("the database");
        assertThat(report.provedTo()).isEqualTo(7);
    }

    @Test
    void an_anchor_s_signature_is_of_its_record_alone() {
        AuditAnchor last = trail.anchors.removeLast();
        trail.anchors.add(new AuditAnchor(last.replica(), 9, last.hash(), last.time(), last.signature()));

        assertThat(trail.verify().findings()).extracting(Finding::kind).containsExactly(Kind.FORGED_ANCHOR);
    }

    @Test
    void a_forged_anchor_in_the_trail_is_found_too() throws Exception {
        trail.write(
                AnchorRecord.of(trail.signed(WrittenTrail.keyPair(), 9, WrittenTrail.hashOf(trail.lines.getLast()))));

        assertThat(trail.verify().findings()).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.FORGED_ANCHOR);
            assertThat(finding.line()).isEqualTo(10);
        });
    }

    @Test
    void anchors_that_were_removed_from_the_database_are_in_the_trail() {
        trail.anchors.clear();

        assertThat(trail.verify().provedTo()).isEqualTo(7);
    }

    @Test
    void a_trail_that_was_cut_and_went_on_is_found_by_its_two_anchors() throws Exception {
        WrittenTrail again = new WrittenTrail();
        trail.anchors.add(
                trail.signed(WrittenTrail.keyPair(), 7, again.wraps("x").head().hash()));
        assertThat(trail.verify().findings()).extracting(Finding::kind).containsExactly(Kind.FORGED_ANCHOR);

        trail.anchors.removeLast();
        trail.remakeFrom(4, "\"d\"", "\"x\"");
        trail.anchors.add(trail.anchorOf(6));
        assertThat(trail.verify().findings().getFirst().message())
                .startsWith("the HSM signed two different records 7 of this replica");
    }

    @Test
    void the_trail_of_another_replica_is_another_trail() throws Exception {
        WrittenTrail other = trail.ofAnotherReplica();
        other.wraps("a", "b");

        Report report = trail.verify(0, Optional.empty(), List.of(other.lines));

        assertThat(report.findings())
                .extracting(Finding::kind)
                .containsExactly(Kind.FOREIGN, Kind.FOREIGN, Kind.TRUNCATED);
    }

    @Test
    void files_are_followed_in_their_order() {
        assertThat(trail.verify(0, Optional.empty(), List.of(part(0, 3), part(3, 6), part(6, 9)))
                        .findings())
                .isEmpty();
    }

    @Test
    void files_in_the_wrong_order_are_found() {
        assertThat(trail.verify(0, Optional.empty(), List.of(part(0, 3), part(6, 9), part(3, 6)))
                        .findings())
                .extracting(Finding::kind)
                .contains(Kind.FILES);
    }

    @Test
    void a_missing_file_is_found() {
        assertThat(trail.verify(0, Optional.empty(), List.of(part(0, 3), part(6, 9)))
                        .findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.message())
                        .isEqualTo("3 records from 4 to 6 are missing before this one: a whole file may be"));
    }

    @Test
    void a_missing_first_file_is_found_unless_one_asks_for_the_rest() {
        assertThat(trail.verify(0, Optional.empty(), List.of(part(3, 9))).findings())
                .extracting(Finding::kind)
                .containsExactly(Kind.REMOVED);
        assertThat(trail.verify(4, Optional.empty(), List.of(part(3, 9))).findings())
                .isEmpty();
        assertThat(trail.verify(6, Optional.empty(), List.of(part(0, 9))).findings())
                .isEmpty();
    }

    private List<String> part(int from, int to) {
        return trail.lines.subList(from, to);
    }
}
