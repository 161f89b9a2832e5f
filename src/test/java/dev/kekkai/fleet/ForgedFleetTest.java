package dev.kekkai.fleet;

import static dev.kekkai.fleet.Gateway.TENANT;
import static dev.kekkai.fleet.Gateway.ek;
import static dev.kekkai.fleet.Gateway.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.store.StoreException;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What somebody gains over nodes and policies who writes to the database: nothing. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class ForgedFleetTest {
    private static final int SERIAL = 4 + "kekkai/authority/1".length() + 16;
    private static final int PREVIOUS = SERIAL + Long.BYTES;

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private final MemorySigningKey key = new MemorySigningKey();
    private TestDatabase database;
    private Gateway gateway;

    @BeforeEach
    void a_gateway_with_a_node() throws Exception {
        database = kind.in(folder);
        gateway = new Gateway(database, key, folder);
        gateway.enrolled("cp-1", ek(1));
    }

    @AfterEach
    void close_it() {
        gateway.close();
    }

    private void restart() throws StoreException {
        gateway.close();
        gateway = new Gateway(database, key, folder);
    }

    private static Alternative kernel(String name) {
        return new Alternative(
                name,
                Alternative.State.PENDING,
                List.of(
                        new Rule.Value(4, Set.of(Digest.of(HashAlg.SHA256, filled(4)))),
                        new Rule.Value(7, Set.of(Digest.of(HashAlg.SHA256, filled(7))))));
    }

    private static byte[] filled(int with) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) with);
        return bytes;
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

    /** An entry that follows from the last one as it should, with a head that says so; all but the signature. */
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

    private static String ascii(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void assertNothingGained(String reason) {
        long before = gateway.fleet.view().serial();
        gateway.fleet.look();
        assertThat(gateway.fleet.view().serial()).isEqualTo(before);
        assertThatThrownBy(() -> gateway.enrolled("another", ek(99)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void writing_an_enrolment_enrols_nobody() throws Exception {
        Node node = gateway.node("cp-1").orElseThrow();
        String forged = entry(last())
                .replace(ek(1).hex(), ek(2).hex())
                .replace(ascii("cp-1"), ascii("evil"))
                .replace(
                        node.id().toString().replace("-", ""),
                        UUID.randomUUID().toString().replace("-", ""));
        append(forged);

        assertNothingGained("was not signed by the key");
        assertThat(gateway.node("evil")).isEmpty();
        restart();
        assertThat(gateway.fleet.view().nodes()).isEmpty();
        assertThat(gateway.fleet.stale().orElseThrow()).contains("was not signed by the key");
    }

    @Test
    void changing_an_enrolment_changes_no_ek() throws Exception {
        long serial = last();
        database.change("UPDATE authority_entry SET entry = '" + entry(serial).replace(ek(1).hex(), ek(2).hex())
                + "' WHERE serial = " + serial);

        restart();
        assertThat(gateway.fleet.view().nodes()).isEmpty();
        assertThat(gateway.fleet.stale().orElseThrow()).contains("it was changed");
    }

    @Test
    void removing_an_eviction_brings_nobody_back() throws Exception {
        gateway.administration.evict(order(), "cp-1");
        long evicted = last();
        database.change(
                "DELETE FROM authority_entry WHERE serial = " + evicted,
                "UPDATE authority_head SET serial = " + (evicted - 1) + ", hash = '" + sha256(entry(evicted - 1))
                        + "'");

        assertNothingGained("was not signed by the key");
        assertThat(gateway.node("cp-1")).isEmpty();
        restart();
        assertThat(gateway.node("cp-1")).isEmpty();
    }

    @Test
    void a_backup_from_before_an_eviction_brings_nobody_back() throws Exception {
        gateway.close();
        TestDatabase.Backup backup = database.backup();
        gateway = new Gateway(database, key, folder);
        gateway.administration.evict(order(), "cp-1");
        gateway.close();
        backup.restore();
        gateway = new Gateway(database, key, folder);

        assertThat(gateway.node("cp-1")).isEmpty();
        assertThat(gateway.fleet.stale().orElseThrow()).contains("the store is rolled back");
        assertThatThrownBy(() -> gateway.enrolled("cp-2", ek(2)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("the store is rolled back");
    }

    /** Else the next enrolment would begin a chain that gives up the lost one, and every gateway would follow it. */
    @Test
    void an_emptied_database_is_not_begun_anew_by_enrolling_a_node_or_putting_a_policy() throws Exception {
        try (Gateway other = new Gateway(database, key, Files.createDirectory(folder.resolve("other")))) {
            database.change("DELETE FROM authority_entry", "DELETE FROM authority_head");

            assertNothingGained("the store is empty, and this host has seen its authority chain");
            assertThatThrownBy(() -> gateway.administration.addAlternative(order(), "control-plane", kernel("next")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("Restore it from a backup");
            other.fleet.look();

            assertThat(gateway.node("cp-1")).isPresent();
            assertThat(other.node("cp-1")).isPresent();
            assertThat(database.ask("SELECT COUNT(*) FROM authority_entry")).isEqualTo("0");
            gateway.nanos.addAndGet(Gateway.MAX_STALENESS.toNanos() + 1);
            assertThat(gateway.fleet.stale().orElseThrow()).contains("the store is empty", "kekkai key adopt");
        }
    }

    @Test
    void nor_on_a_host_that_has_not_seen_it() throws Exception {
        database.change("DELETE FROM authority_entry", "DELETE FROM authority_head");

        try (Gateway stranger = new Gateway(database, key, Files.createDirectory(folder.resolve("stranger")))) {
            assertThatThrownBy(() -> stranger.enrolled("evil", ek(99)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("the token has the key 'kekkai-authority'");
        }
    }

    @Test
    void writing_an_activation_activates_no_policy() throws Exception {
        gateway.administration.addAlternative(order(), "control-plane", kernel("next"));
        long serial = last();
        String active = entry(serial).replace(ascii("\"pending\""), ascii("\"active\" "));
        assertThat(active).isNotEqualTo(entry(serial));
        append(active);

        assertNothingGained("was not signed by the key");
        FleetView.Group group = new FleetView.Group(TENANT, "control-plane");
        assertThat(gateway.fleet.view().policies().get(group).alternatives())
                .extracting(Alternative::state)
                .containsExactly(Alternative.State.PENDING);
        restart();
        assertThat(gateway.fleet.view().policies()).isEmpty();
    }

    @Test
    void taking_a_pin_away_pins_nothing_anew() throws Exception {
        Node node = gateway.node("cp-1").orElseThrow();
        gateway.fleet.pin(node.id(), "000b" + "aa".repeat(32));
        long serial = last();
        database.change(
                "DELETE FROM authority_entry WHERE serial = " + serial,
                "UPDATE authority_head SET serial = " + (serial - 1) + ", hash = '" + sha256(entry(serial - 1)) + "'");

        assertThatThrownBy(() -> gateway.fleet.pin(node.id(), "000b" + "bb".repeat(32)))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("was not signed by the key");
    }

    @Test
    void emptying_the_whole_database_lets_nobody_in() throws Exception {
        database.change(
                "DELETE FROM authority_entry", "UPDATE authority_head SET serial = 0, hash = '', signature = ''");

        gateway.fleet.look();
        assertThat(gateway.node("cp-1")).isPresent();
        restart();
        assertThat(gateway.fleet.view().nodes()).isEmpty();
    }

    @Test
    void setting_counters_back_in_the_database_sets_back_none_in_memory() throws Exception {
        Node node = gateway.node("cp-1").orElseThrow();
        gateway.fleet.observe(
                node.id(),
                new Observation(
                        Instant.now(),
                        true,
                        "{}",
                        Optional.of(new BootCounters(7, 1)),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "one"));
        gateway.fleet.look();
        assertThat(database.ask("SELECT resets FROM node_observation")).isEqualTo("7");
        database.change("UPDATE node_observation SET resets = 0, restarts = 0, seen_at = seen_at + 100000");

        gateway.fleet.look();
        assertThat(gateway.fleet.observed(node.id()).orElseThrow().counters()).contains(new BootCounters(7, 1));
    }

    @Test
    void a_signed_enrolment_survives_all_this_untouched() throws Exception {
        assertThat(Files.exists(folder.resolve("authority-seen"))).isTrue();
        restart();
        assertThat(gateway.node("cp-1")).isPresent();
    }
}
