package dev.kekkai.approval;

import static dev.kekkai.approval.Keeper.ALICE;
import static dev.kekkai.approval.Keeper.BOB;
import static dev.kekkai.approval.Keeper.CAROL;
import static dev.kekkai.approval.Keeper.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.authority.Mover;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.authority.StoreExport;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.keyring.RotationPlan;
import dev.kekkai.store.ApprovalRule;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApproval.Status;
import dev.kekkai.store.UntrustedStoreException;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.custody.MemoryHsm;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What somebody gains over approvals who writes to the database: nothing. And what goes along when a store moves. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class ForgedApprovalTest {
    private static final int SERIAL = 4 + "kekkai/authority/1".length() + 16;
    private static final int PREVIOUS = SERIAL + Long.BYTES;
    private static final ApprovalRule TWO = new ApprovalRule(2, false);

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private final MemorySigningKey key = new MemorySigningKey();
    private final MemoryHsm hsm = new MemoryHsm();
    private TestDatabase database;
    private Keeper keeper;
    private Outcome asked;
    private Instant now = Instant.parse("2026-05-06T07:08:09Z");

    @BeforeEach
    void a_request_that_one_of_two_has_approved() throws Exception {
        database = kind.in(folder);
        keeper = new Keeper(database, key, hsm, folder, TWO);
        keeper.keys.create(order("root"), Mechanism.AES_GCM, false);
        keeper.keys.rotate(order("root"), new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO));
        keeper.keys.disable(order("root"), "1");
        now = now.plus(Duration.ofDays(8));
        keeper.now = now;
        keeper.approvals.look();
        asked = keeper.ask(ALICE);
        keeper.approve(BOB, asked);
    }

    @AfterEach
    void close_it() {
        keeper.close();
    }

    private void restart() throws Exception {
        keeper.close();
        keeper = new Keeper(database, key, hsm, folder, TWO);
        keeper.now = now;
    }

    private String entry(long serial) throws Exception {
        return database.ask("SELECT entry FROM authority_entry WHERE serial = " + serial);
    }

    private long last() throws Exception {
        return Long.parseLong(database.ask("SELECT MAX(serial) FROM authority_entry"));
    }

    private static String sha256(String hex) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(HexFormat.of().parseHex(hex)));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    /** An entry like another one that follows from the last as it should, with a head that says so; all but the signature. */
    private void append(String like) throws Exception {
        long serial = last() + 1;
        String placed = like.substring(0, 2 * SERIAL)
                + "%016x".formatted(serial)
                + sha256(entry(serial - 1))
                + like.substring(2 * (PREVIOUS + 32));
        database.change(
                "INSERT INTO authority_entry (serial, entry) VALUES (" + serial + ", '" + placed + "')",
                "UPDATE authority_head SET serial = " + serial + ", hash = '" + sha256(placed) + "'");
    }

    private void assertNothingGained(String reason) throws Exception {
        restart();
        assertThatThrownBy(() -> keeper.ask(ALICE))
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining(reason);
        assertThatThrownBy(() -> keeper.approve(CAROL, asked))
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining(reason);
        assertThat(hsm.keys()).hasSize(2);
    }

    @Test
    void a_decision_leaves_alone_what_is_kept_for_evictions_and_keys() throws Exception {
        database.change(
                "INSERT INTO tenant (id, name) WITH RECURSIVE n(i) AS (SELECT 100000000001 UNION ALL SELECT i + 1 FROM n"
                        + " WHERE i < 100000004600) SELECT '00000000-0000-4000-8000-' || i, 'filled ' || i FROM n");
        long before = last();

        assertThatThrownBy(() -> keeper.approve(CAROL, asked))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("the last tenth is kept for evictions and keys");

        assertThat(last()).isEqualTo(before);
        assertThat(keeper.keys
                        .rotate(order("root"), new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO))
                        .changed())
                .isTrue();
    }

    @Test
    void an_approval_that_was_written_is_none() throws Exception {
        String forged = entry(last())
                .replace(hex(BOB.id()), hex("cert:/O=Example/CN=eve"))
                .replace(hex("bob"), hex("eve"));
        assertThat(forged).isNotEqualTo(entry(last()));
        append(forged);

        assertNothingGained("was not signed by the key");
    }

    @Test
    void a_request_that_was_changed_is_found() throws Exception {
        long request = last() - 1;
        database.change("UPDATE authority_entry SET entry = '"
                + entry(request).replace(hex("rotated long ago"), hex("rotated just now")) + "' WHERE serial = "
                + request);

        assertNothingGained("one of the two was changed");
    }

    @Test
    void a_rejection_that_was_removed_is_found() throws Exception {
        keeper.reject(CAROL, asked);
        long rejection = last();
        database.change(
                "DELETE FROM authority_entry WHERE serial = " + rejection,
                "UPDATE authority_head SET serial = " + (rejection - 1) + ", hash = '" + sha256(entry(rejection - 1))
                        + "'");

        assertNothingGained("was not signed by the key");
    }

    @Test
    void approvals_in_another_order_are_found() throws Exception {
        String request = entry(last() - 1);
        String approval = entry(last());
        database.change(
                "UPDATE authority_entry SET entry = '" + approval + "' WHERE serial = " + (last() - 1),
                "UPDATE authority_entry SET entry = '" + request + "' WHERE serial = " + last());

        assertNothingGained("entries were put in another order");
    }

    @Test
    void a_rule_that_was_lowered_in_the_database_is_found() throws Exception {
        long rule = last() - 2;
        String declared = entry(rule);
        assertThat(declared).contains(hex("approval.rule")).endsWith("0200");
        database.change("UPDATE authority_entry SET entry = '" + declared.substring(0, declared.length() - 4)
                + "0101' WHERE serial = " + rule);

        assertNothingGained("one of the two was changed");
    }

    @Test
    void a_backup_from_before_a_rejection_is_rolled_back_and_what_waited_in_it_is_void_after_reconciling()
            throws Exception {
        keeper.close();
        TestDatabase.Backup backup = database.backup();
        restart();
        keeper.reject(CAROL, asked);
        keeper.close();
        backup.restore();

        assertNothingGained("the store is rolled back");
        new Reconciler(keeper.store, keeper.notary).reconcile();
        restart();
        assertThat(keeper.status(asked)).isEqualTo(Status.OVERTAKEN);
        assertThatThrownBy(() -> keeper.approve(CAROL, asked)).isInstanceOf(ApprovalException.class);
        assertThat(keeper.ask(ALICE).approval()).isNotEqualTo(asked.approval());
    }

    @Test
    void an_export_takes_requests_decisions_and_the_rule_along_to_the_other_kind_of_database() throws Exception {
        StoreExport export = new Mover(keeper.store, keeper.notary).export();
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        TestDatabase other = kind.other().in(elsewhere);
        try (Keeper moved = new Keeper(other, key, hsm, elsewhere, new ApprovalRule(1, true))) {
            moved.now = now;
            new Mover(moved.store, moved.notary).restore(export, false, false);

            assertThat(moved.status(asked)).isEqualTo(Status.OPEN);
            assertThatThrownBy(() -> moved.keys.destroy(order("root"), "1", true))
                    .hasMessageContaining("only after 2 other(s) approved");
            moved.approve(CAROL, asked);
            assertThat(moved.destroyed()).isTrue();
        }
    }
}
