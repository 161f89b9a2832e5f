package dev.kekkai.approval;

import static dev.kekkai.approval.Keeper.ALICE;
import static dev.kekkai.approval.Keeper.BOB;
import static dev.kekkai.approval.Keeper.CAROL;
import static dev.kekkai.approval.Keeper.DAY;
import static dev.kekkai.approval.Keeper.HOST;
import static dev.kekkai.approval.Keeper.dryRun;
import static dev.kekkai.approval.Keeper.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.approval.ApprovalException.Kind;
import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Person;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.RotationPlan;
import dev.kekkai.store.ApprovalEvent.Decided;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredApproval.Status;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Who asks, who approves, and what comes of it, in either database. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class ApprovalsTest {
    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private Keeper keeper;

    @BeforeEach
    void two_others_must_approve() throws Exception {
        keeper = Keeper.serving(kind, folder, 2);
    }

    @AfterEach
    void close_it() {
        keeper.close();
    }

    private static void assertRefused(Kind kind, String words, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(ApprovalException.class, refused -> assertThat(refused.kind())
                        .isEqualTo(kind))
                .hasMessageContaining(words);
    }

    @Test
    void the_last_approval_destroys_the_key_and_the_trail_says_who() throws Exception {
        Outcome asked = keeper.ask(ALICE);
        assertThat(asked.waiting()).isTrue();
        assertThat(keeper.version(1).destroyBegun()).isNull();
        assertThat(keeper.approve(BOB, asked).waiting()).isTrue();
        assertThat(keeper.destroyed()).isFalse();
        Outcome last = keeper.approve(CAROL, asked);

        assertThat(last.waiting()).isFalse();
        assertThat(last.change().said()).contains("version 1 is DESTROYED");
        assertThat(keeper.destroyed()).isTrue();
        assertThat(keeper.status(asked)).isEqualTo(Status.USED);
        assertThat(keeper.actions())
                .containsExactly(
                        "approval.rule kekkai DONE",
                        "approval.request alice DONE",
                        "approval.decide bob DONE",
                        "approval.decide carol DONE",
                        "key.destroy carol DONE");
        assertThat(keeper.recorded.getLast().reason())
                .isEqualTo(
                        "approval " + asked.approval().orElseThrow() + ", asked for by alice, approved by bob, carol");
    }

    @Test
    void nobody_approves_what_they_asked_for_whatever_they_are_called_now() throws Exception {
        Outcome asked = keeper.ask(ALICE);

        assertRefused(Kind.OWN_REQUEST, "somebody else must approve it", () -> keeper.approve(ALICE, asked));
        assertRefused(
                Kind.OWN_REQUEST,
                "somebody else must approve it",
                () -> keeper.approve(new Person(ALICE.id(), "alicia"), asked));
        assertThat(keeper.actions().getLast()).isEqualTo("approval.decide alicia REFUSED");
        assertThat(keeper.status(asked)).isEqualTo(Status.OPEN);
    }

    @Test
    void who_approves_twice_counts_once_and_gets_the_same_answer() throws Exception {
        Outcome asked = keeper.ask(ALICE);
        Outcome first = keeper.approve(BOB, asked);
        Outcome again = keeper.approve(new Person(BOB.id(), "robert"), asked);

        assertThat(first.change().changed()).isTrue();
        assertThat(again.change().changed()).isFalse();
        assertThat(again.waiting()).isTrue();
        assertThat(again.change().said()).contains("1 more must approve it");
        assertThat(keeper.actions())
                .filteredOn(action -> action.startsWith("approval.decide"))
                .hasSize(1);
    }

    @Test
    void asking_again_is_the_same_request_and_another_operator_is_sent_to_it() throws Exception {
        Outcome asked = keeper.ask(ALICE);
        Outcome again = keeper.ask(ALICE);

        assertThat(again.approval()).isEqualTo(asked.approval());
        assertThat(again.change().changed()).isFalse();
        assertRefused(
                Kind.REFUSED,
                "asked for already by alice, as approval " + asked.approval().orElseThrow(),
                () -> keeper.ask(BOB));
    }

    @Test
    void a_rejection_ends_it() throws Exception {
        Outcome asked = keeper.ask(ALICE);
        keeper.approve(BOB, asked);
        assertThat(keeper.reject(CAROL, asked).change().changed()).isTrue();

        assertThat(keeper.status(asked)).isEqualTo(Status.REJECTED);
        assertThat(keeper.reject(CAROL, asked).change().changed()).isFalse();
        assertRefused(Kind.CLOSED, "was rejected", () -> keeper.approve(HOST, asked));
        assertThat(keeper.ask(ALICE).approval()).isNotEqualTo(asked.approval());
    }

    @Test
    void an_operator_takes_back_their_own_and_nobody_elses() throws Exception {
        Outcome asked = keeper.ask(ALICE);
        String id = asked.approval().orElseThrow().toString();

        assertRefused(
                Kind.NOT_YOURS,
                "was asked for by alice",
                () -> keeper.approvals.reject(order("bob"), BOB, id, "", false));
        assertThat(keeper.approvals
                        .reject(order("alice"), ALICE, id, "", false)
                        .change()
                        .said())
                .contains("is taken back");
        assertThat(keeper.status(asked)).isEqualTo(Status.WITHDRAWN);
    }

    @Test
    void what_was_not_approved_in_time_is_void_and_a_clock_set_back_does_not_revive_it() throws Exception {
        Outcome asked = keeper.ask(ALICE);
        keeper.approve(BOB, asked);
        keeper.pass(DAY);
        assertRefused(Kind.CLOSED, "has expired", () -> keeper.approve(CAROL, asked));

        Outcome next = keeper.ask(ALICE);
        assertThat(next.approval()).isNotEqualTo(asked.approval());
        keeper.pass(DAY.negated());
        assertThat(keeper.status(asked)).as("the chain has seen a later time").isEqualTo(Status.EXPIRED);
        assertRefused(Kind.CLOSED, "has expired", () -> keeper.approve(CAROL, asked));
    }

    @Test
    void a_clock_that_was_far_ahead_once_does_not_make_a_key_indestructible() throws Exception {
        keeper.pass(Duration.ofDays(3650));
        keeper.keys.rotate(order("root"), new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO));
        keeper.pass(Duration.ofDays(3650).negated());
        Outcome asked = keeper.ask(ALICE);
        keeper.approve(BOB, asked);
        keeper.approve(CAROL, asked);

        assertThat(keeper.version(1).state()).isEqualTo(KeyState.DESTROYED);
    }

    @Test
    void what_was_enabled_and_disabled_again_is_not_what_was_approved() throws Exception {
        Outcome asked = keeper.ask(ALICE);
        keeper.approve(BOB, asked);
        keeper.keys.enable(order("root"), "1");
        keeper.keys.disable(order("root"), "1");

        assertThat(keeper.status(asked)).isEqualTo(Status.OVERTAKEN);
        assertRefused(Kind.CLOSED, "has changed since", () -> keeper.approve(CAROL, asked));
        keeper.pass(Duration.ofDays(8));
        assertThat(keeper.ask(ALICE).approval()).isNotEqualTo(asked.approval());
    }

    @Test
    void what_cannot_be_destroyed_is_not_even_asked_for() throws Exception {
        assertThatThrownBy(() -> keeper.approvals.destroy(order("alice"), ALICE, "2", true, "why"))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("is ACTIVE");
        keeper.keys.enable(order("root"), "1");
        keeper.keys.disable(order("root"), "1");
        assertThatThrownBy(() -> keeper.ask(ALICE))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("keys.backup-retention");
        assertThat(keeper.actions().getLast()).isEqualTo("key.destroy alice REFUSED");
        assertThat(keeper.approvals.view().all()).isEmpty();
    }

    @Test
    void a_request_needs_the_word_on_backups_and_a_reason_that_can_be_read() {
        assertRefused(
                Kind.REFUSED,
                "--older-backups-may-become-unreadable",
                () -> keeper.approvals.destroy(order("alice"), ALICE, "1", false, "why"));
        assertRefused(Kind.REFUSED, "say why", () -> keeper.approvals.destroy(order("alice"), ALICE, "1", true, "  "));
        assertRefused(
                Kind.REFUSED,
                "not for reading",
                () -> keeper.approvals.destroy(order("alice"), ALICE, "1", true, "why\n\u001b[2J"));
        assertRefused(
                Kind.REFUSED,
                "more than 1000 bytes",
                () -> keeper.approvals.destroy(order("alice"), ALICE, "1", true, "ä".repeat(501)));
        assertRefused(
                Kind.REFUSED,
                "your name",
                () -> keeper.approvals.destroy(
                        order("alice"), new Person(ALICE.id(), "a\u202Eecila"), "1", true, "why"));
        assertThat(keeper.actions().getLast()).isEqualTo("approval.request alice REFUSED");
    }

    @Test
    void an_unknown_approval_is_told_from_others() throws Exception {
        Outcome asked = keeper.ask(ALICE);

        assertRefused(
                Kind.UNKNOWN, "there is no approval", () -> keeper.approvals.approve(order("bob"), BOB, "ffff-ff", ""));
        assertRefused(Kind.UNKNOWN, "first 4 digits", () -> keeper.approvals.approve(order("bob"), BOB, "a", ""));
        String beginning = asked.approval().orElseThrow().toString().substring(0, 8);
        assertThat(keeper.approvals
                        .approve(order("bob"), BOB, beginning, "")
                        .change()
                        .changed())
                .isTrue();
    }

    @Test
    void a_dry_run_says_what_would_be_and_records_nothing() throws Exception {
        int recorded = keeper.recorded.size();
        Outcome asking = keeper.approvals.destroy(dryRun("alice"), ALICE, "1", true, "why");
        assertThat(asking.change().said()).contains("would be asked for; 2 other(s)");
        assertThat(asking.approval()).isEmpty();
        assertThat(keeper.approvals.view().all()).isEmpty();
        assertThat(keeper.recorded).hasSize(recorded);

        Outcome asked = keeper.ask(ALICE);
        String id = asked.approval().orElseThrow().toString();
        assertThat(keeper.approvals.approve(dryRun("bob"), BOB, id, "").change().said())
                .contains("would be approved; 1 more");
        keeper.approve(BOB, asked);
        assertThat(keeper.approvals
                        .approve(dryRun("carol"), CAROL, id, "")
                        .change()
                        .said())
                .contains("the key would be destroyed");
        assertThat(keeper.approvals
                        .reject(dryRun("carol"), CAROL, id, "", true)
                        .change()
                        .said())
                .contains("would be rejected");
        assertThat(keeper.status(asked)).isEqualTo(Status.OPEN);
        assertThat(keeper.destroyed()).isFalse();
    }

    @Test
    void what_cannot_be_recorded_is_neither_asked_for_nor_approved() throws Exception {
        keeper.diskFull(true);
        assertThatThrownBy(() -> keeper.ask(ALICE)).isInstanceOf(AuditException.class);
        keeper.diskFull(false);
        Outcome asked = keeper.ask(ALICE);
        keeper.diskFull(true);
        assertThatThrownBy(() -> keeper.approve(BOB, asked)).isInstanceOf(AuditException.class);
        keeper.diskFull(false);

        keeper.approvals.refresh();
        assertThat(keeper.approvals
                        .view()
                        .find(asked.approval().orElseThrow())
                        .orElseThrow()
                        .decisions())
                .isEmpty();
    }

    @Test
    void what_an_hsm_that_is_away_left_undone_is_finished_by_the_same_approval() throws Exception {
        Outcome asked = keeper.ask(ALICE);
        keeper.approve(BOB, asked);
        keeper.hsm.failWith("the HSM answered CKR_DEVICE_REMOVED");
        assertThatThrownBy(() -> keeper.approve(CAROL, asked)).isInstanceOf(CustodyException.Unavailable.class);
        assertThat(keeper.version(1).destroyBegun()).as("it was begun").isNotNull();
        assertThat(keeper.version(1).state()).isEqualTo(KeyState.DISABLED);

        keeper.hsm.recover();
        assertThat(keeper.approve(CAROL, asked).change().said()).contains("version 1 is DESTROYED");
        assertThat(keeper.destroyed()).isTrue();
        assertThat(keeper.approve(CAROL, asked).change().said()).contains("DESTROYED already");
    }

    @Test
    void what_a_full_disk_kept_from_being_carried_out_the_requester_carries_out_by_asking_again() throws Exception {
        Outcome asked = keeper.ask(ALICE);
        keeper.approve(BOB, asked);
        keeper.store
                .approvals()
                .change(before -> List.of(
                        new Decided(asked.approval().orElseThrow(), true, CAROL, "and then the process was killed")));
        assertThat(keeper.status(asked)).isEqualTo(Status.APPROVED);

        assertThat(keeper.ask(ALICE).change().said()).contains("version 1 is DESTROYED");
        assertThat(keeper.destroyed()).isTrue();
    }
}
