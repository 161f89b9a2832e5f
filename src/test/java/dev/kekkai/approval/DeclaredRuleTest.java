package dev.kekkai.approval;

import static dev.kekkai.approval.Keeper.ALICE;
import static dev.kekkai.approval.Keeper.BOB;
import static dev.kekkai.approval.Keeper.HOST;
import static dev.kekkai.approval.Keeper.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Person;
import dev.kekkai.keyring.RotationPlan;
import dev.kekkai.store.ApprovalRule;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApproval.Status;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.custody.MemoryHsm;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the host may do by itself, and that it cannot be changed without a trace. */
class DeclaredRuleTest {
    private static final ApprovalRule HOST_ALONE = new ApprovalRule(1, true);
    private static final ApprovalRule BOUND = new ApprovalRule(1, false);

    @TempDir
    Path folder;

    private final MemorySigningKey key = new MemorySigningKey();
    private final MemoryHsm hsm = new MemoryHsm();
    private TestDatabase database;
    private Keeper keeper;
    private Instant now = Instant.parse("2026-05-06T07:08:09Z");

    @BeforeEach
    void a_key_that_can_be_destroyed() throws Exception {
        database = TestDatabase.Kind.SQLITE.in(folder);
        keeper = new Keeper(database, key, hsm, folder, HOST_ALONE);
        keeper.keys.create(order("root"), Mechanism.AES_GCM, false);
        keeper.keys.rotate(order("root"), new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO));
        keeper.keys.disable(order("root"), "1");
        now = now.plus(Duration.ofDays(8));
        keeper.now = now;
    }

    @AfterEach
    void close_it() {
        keeper.close();
    }

    /** Another process on the same store: a server, or a command while none runs, which declares nothing. */
    private void restart(ApprovalRule rule, boolean server) throws StoreException {
        keeper.close();
        keeper = new Keeper(database, key, hsm, folder, rule);
        keeper.now = now;
        if (server) {
            keeper.approvals.look();
        }
    }

    @Test
    void where_nobody_else_is_there_the_hosts_word_suffices_and_nothing_is_declared() throws Exception {
        keeper.approvals.look();
        Outcome outcome = keeper.approvals.destroy(order("root"), HOST, "1", true, "");

        assertThat(outcome.waiting()).isFalse();
        assertThat(keeper.destroyed()).isTrue();
        assertThat(keeper.actions()).containsExactly("key.destroy root DONE");
    }

    @Test
    void the_hosts_exemption_is_nobody_elses() throws Exception {
        assertThat(keeper.ask(ALICE).waiting()).isTrue();
        assertThat(keeper.destroyed()).isFalse();
    }

    @Test
    void where_others_are_there_the_host_asks_too() throws Exception {
        restart(BOUND, true);
        Outcome asked = keeper.ask(HOST);

        assertThat(asked.waiting()).isTrue();
        assertThatThrownBy(() -> keeper.approve(Person.host("somebody else on another host"), asked))
                .isInstanceOf(ApprovalException.class)
                .hasMessageContaining("yourself");
        keeper.approve(BOB, asked);
        assertThat(keeper.destroyed()).isTrue();
    }

    @Test
    void a_command_with_a_laxer_configuration_is_held_to_what_was_declared() throws Exception {
        restart(BOUND, true);
        restart(HOST_ALONE, false);

        assertThat(keeper.ask(HOST).waiting()).isTrue();
        assertThatThrownBy(() -> keeper.keys.destroy(order("root"), "1", true))
                .as("the chain itself refuses it")
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("only after 1 other(s) approved");
        assertThat(keeper.version(1).destroyBegun()).isNull();
        assertThat(hsm.keys()).hasSize(2);
    }

    @Test
    void a_server_that_asks_for_less_says_so_in_the_trail_and_in_the_chain() throws Exception {
        restart(new ApprovalRule(3, false), true);
        long serial = keeper.approvals.view().serial();
        restart(BOUND, true);

        assertThat(keeper.approvals.view().serial()).isEqualTo(serial + 1);
        assertThat(keeper.recorded).singleElement().satisfies(event -> {
            assertThat(event.action()).isEqualTo("approval.rule");
            assertThat(event.outcome()).isEqualTo(AuditEvent.Outcome.DONE);
            assertThat(event.reason())
                    .isEqualTo("to destroy a key 1 other(s) must approve; until now 3 other(s) must approve");
        });
        restart(BOUND, true);
        assertThat(keeper.approvals.view().serial()).as("said once").isEqualTo(serial + 1);
    }

    @Test
    void the_strictest_of_the_servers_that_run_holds() throws Exception {
        restart(new ApprovalRule(3, false), true);
        Approvals laxer = new Approvals(
                keeper.store.approvals(),
                keeper.keys,
                event -> {},
                () -> now,
                new Terms(HOST_ALONE, Duration.ofHours(1)));
        laxer.look();
        assertThat(laxer.view().rule(ApprovalRule.DESTROY)).contains(HOST_ALONE);

        keeper.approvals.look();
        assertThat(keeper.approvals.view().rule(ApprovalRule.DESTROY)).contains(new ApprovalRule(3, false));
        long serial = keeper.approvals.view().serial();
        laxer.look();
        keeper.approvals.look();
        assertThat(keeper.approvals.view().serial())
                .as("and they leave it at that")
                .isEqualTo(serial);
    }

    @Test
    void a_request_keeps_the_number_that_it_was_made_with_and_takes_a_higher_one() throws Exception {
        restart(new ApprovalRule(2, false), true);
        Outcome asked = keeper.ask(ALICE);
        restart(BOUND, true);
        assertThat(keeper.approve(BOB, asked).waiting())
                .as("two, as when it was asked")
                .isTrue();
        restart(new ApprovalRule(3, false), true);
        assertThat(keeper.approve(HOST, asked).waiting()).as("three now").isTrue();
        assertThat(keeper.status(asked)).isEqualTo(Status.OPEN);
        keeper.approve(Keeper.CAROL, asked);
        assertThat(keeper.destroyed()).isTrue();
    }
}
