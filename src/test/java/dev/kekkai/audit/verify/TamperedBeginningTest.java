package dev.kekkai.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.file.WrittenTrail;
import dev.kekkai.audit.verify.Finding.Kind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who takes away what the HSM signed, and has the rest say that it is whole: of records 1 to 3, an anchor of 3 as record 4, and 5. */
class TamperedBeginningTest {
    private WrittenTrail trail;

    @BeforeEach
    void write_a_trail_that_is_accepted() throws Exception {
        trail = new WrittenTrail();
        trail.wraps("a", "b", "c");
        trail.anchor();
        trail.wraps("d");
        assertThat(trail.verify().findings()).isEmpty();
    }

    private static AuditEvent removed(long seq, String hash) {
        return AuditEvent.ofServer(
                "audit.removed", Outcome.DONE, "a.jsonl by audit.keep-files; last record " + seq + " " + hash);
    }

    private void keepFrom(int index) {
        trail.lines.subList(0, index).clear();
    }

    private static void assertRemoved(Report report, String why) {
        assertThat(report.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.REMOVED);
            assertThat(finding.line()).isEqualTo(1);
            assertThat(finding.message()).contains(why);
        });
    }

    @Test
    void a_chain_that_begins_after_all_that_was_signed_is_no_beginning() {
        String forged = trail.lines.get(3).replace("audit.anchor", "audit.begin");
        trail.lines.clear();
        trail.lines.add(WrittenTrail.sealed(forged, ChainHead.NOTHING));

        Report report = trail.verify();

        assertRemoved(report, "begins with record 4, and the last that the HSM signed is record 3");
        assertThat(report.provedTo()).isZero();
    }

    @Test
    void a_chain_that_begins_anew_and_was_signed_again_is_no_beginning_either() throws Exception {
        String forged = trail.lines.get(3).replace("audit.anchor", "audit.begin");
        trail.lines.clear();
        trail.lines.add(WrittenTrail.sealed(forged, ChainHead.NOTHING));
        trail.anchors.add(trail.signed(trail.key(), 4, WrittenTrail.hashOf(trail.lines.getFirst())));

        assertRemoved(trail.verify(), "no record says that they were removed");
    }

    @Test
    void a_removal_that_nothing_proves_explains_nothing() {
        String before = WrittenTrail.hashOf(trail.lines.get(1));
        trail.write(removed(2, before));
        keepFrom(2);

        Report report = trail.verify();

        assertRemoved(report, "neither an anchor nor the running server proves record 6");
        assertThat(report.provedTo()).isEqualTo(3);
    }

    @Test
    void a_removal_that_is_signed_explains_the_beginning() throws Exception {
        trail.write(removed(2, WrittenTrail.hashOf(trail.lines.get(1))));
        trail.anchor();
        keepFrom(2);

        assertThat(trail.verify().findings()).isEmpty();
    }

    @Test
    void a_removal_that_the_running_server_wrote_explains_the_beginning() {
        trail.write(removed(2, WrittenTrail.hashOf(trail.lines.get(1))));
        keepFrom(2);

        assertThat(trail.verify(0, Optional.of(trail.head()), List.of(trail.lines))
                        .findings())
                .isEmpty();
    }

    /** Who waits for a start that signs his record is told of all the same. */
    @Test
    void a_removal_that_a_start_found_unsigned_is_remarked_on() throws Exception {
        trail.write(removed(2, WrittenTrail.hashOf(trail.lines.get(1))));
        trail.write(AuditEvent.ofServer("audit.resumed", Outcome.DONE, "3 records, 4 to 6, were there"));
        trail.anchor();
        keepFrom(2);

        Report report = trail.verify();

        assertThat(report.findings()).isEmpty();
        assertThat(report.notes()).anySatisfy(note -> assertThat(note).contains("record 6", "as record 7 says"));
    }

    @Test
    void that_a_start_found_the_trail_cut_is_repeated() {
        trail.write(AuditEvent.ofServer("audit.cut", Outcome.DONE, "records were cut off"));

        assertThat(trail.verify().notes()).containsExactly("record 6 says: records were cut off");
    }

    @Test
    void a_removal_names_the_record_that_the_first_one_follows() throws Exception {
        trail.write(removed(2, WrittenTrail.hashOf(trail.lines.get(0))));
        trail.anchor();
        keepFrom(2);

        assertRemoved(trail.verify(), "no record says that they were removed");
    }

    @Test
    void where_nothing_that_was_signed_is_left_only_who_asks_for_the_rest_is_content() {
        trail.write(removed(4, WrittenTrail.hashOf(trail.lines.get(3))));
        keepFrom(4);

        assertRemoved(
                trail.verify(0, Optional.of(trail.head()), List.of(trail.lines)), "nothing of what it signed is here");
        Report rest = trail.verify(5, Optional.of(trail.head()), List.of(trail.lines));
        assertThat(rest.findings()).isEmpty();
        assertThat(rest.notes()).contains("1 anchors are of records before record 5, which are not here");
    }

    @Test
    void without_a_key_a_removal_is_taken_at_its_word_and_that_is_said() {
        trail.write(removed(2, WrittenTrail.hashOf(trail.lines.get(1))));
        keepFrom(2);
        Evidence none = new Evidence(
                Optional.of(WrittenTrail.REPLICA), Optional.empty(), List.of(), Optional.empty(), List.of());

        Report report = WrittenTrail.verify(none, 0, List.of(trail.lines));

        assertThat(report.findings()).isEmpty();
        assertThat(report.notes()).singleElement().asString().contains("nothing that was looked at proves that record");
    }
}
