package dev.kekkai.fleet;

import static dev.kekkai.fleet.Gateway.OTHER;
import static dev.kekkai.fleet.Gateway.TENANT;
import static dev.kekkai.fleet.Gateway.ek;
import static dev.kekkai.fleet.Gateway.spki;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.id.TenantId;
import dev.kekkai.store.FleetStore;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Machines that wait for approval, and a database that is away. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class WaitingAndStaleTest {
    private static final String AWAY = "ALTER TABLE authority_head RENAME TO away";
    private static final String BACK = "ALTER TABLE away RENAME TO authority_head";

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private final MemorySigningKey key = new MemorySigningKey();
    private TestDatabase database;
    private Gateway gateway;

    @BeforeEach
    void a_gateway() throws Exception {
        database = kind.in(folder);
        gateway = new Gateway(database, key, Files.createDirectory(folder.resolve("one")));
    }

    @AfterEach
    void close_it() {
        gateway.close();
    }

    private static Claimant claimant(TenantId tenant, int ek, String source, Instant at) {
        return new Claimant(tenant, ek(ek), spki(ek).hex(), "cp-" + ek, source, at, at);
    }

    private void waits(int ek, String source) throws FleetException {
        gateway.fleet.await(claimant(TENANT, ek, source, Instant.now()));
    }

    @Test
    void a_machine_waits_where_the_tenant_allows_it_and_is_seen_by_all_gateways() throws Exception {
        waits(1, "192.0.2.1");
        gateway.fleet.look();

        try (Gateway other = new Gateway(database, key, Files.createDirectory(folder.resolve("two")))) {
            assertThat(other.fleet.claimants()).extracting(Claimant::hostName).containsExactly("cp-1");
            Node node = other.enrolled("cp-1", ek(1));
            other.fleet.look();
            assertThat(other.fleet.claimants()).isEmpty();
            assertThat(node.active()).isTrue();
        }
        assertThat(database.ask("SELECT COUNT(*) FROM node_claim")).isEqualTo("0");
    }

    /** The monotonic clock stands still while the machine does, so how old the last look is, nobody knows. */
    @Test
    void after_the_clock_was_set_nobody_is_let_in_before_the_store_is_proved_anew() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));
        gateway.fleet.look();
        database.change(AWAY);

        assertThatThrownBy(() -> gateway.fleet.afresh(Instant.now()))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("could not be proved anew");
        assertThat(gateway.fleet.stale()).isPresent();
        assertThat(gateway.fleet.view().node(node.id())).isEmpty();
        database.change(BACK);
        gateway.fleet.afresh(Instant.now());

        assertThat(gateway.fleet.stale()).isEmpty();
        assertThat(gateway.fleet.view().node(node.id())).isPresent();
    }

    @Test
    void one_network_of_ipv6_is_one_source() throws Exception {
        for (int ek = 0; ek < Claims.MOST_PER_SOURCE; ek++) {
            waits(ek, "2001:db8:1:2::" + Integer.toHexString(ek + 1));
        }

        assertThatThrownBy(() -> waits(999, "2001:db8:1:2:ffff::1"))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("16 machines from");
        waits(999, "2001:db8:1:3::1");
    }

    @Test
    void no_machine_waits_where_the_tenant_does_not_allow_it() {
        assertThatThrownBy(() -> gateway.fleet.await(claimant(OTHER, 1, "192.0.2.1", Instant.now())))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("the tenant lets no machine wait for approval");
    }

    @Test
    void so_many_wait_from_one_source_and_no_more() throws Exception {
        for (int ek = 0; ek < Claims.MOST_PER_SOURCE; ek++) {
            waits(ek, "192.0.2.1");
        }
        waits(3, "192.0.2.1");

        assertThatThrownBy(() -> waits(999, "192.0.2.1"))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("16 machines from 192.0.2.1 wait for approval already");
        waits(999, "192.0.2.2");
        assertThat(gateway.fleet.claimants()).hasSize(Claims.MOST_PER_SOURCE + 1);
    }

    @Test
    void so_many_wait_in_all_and_no_more() throws Exception {
        for (int ek = 0; ek < FleetStore.MOST_CLAIMS; ek++) {
            waits(ek, "192.0.2." + ek / Claims.MOST_PER_SOURCE);
        }

        assertThatThrownBy(() -> waits(999, "198.51.100.1"))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("256 machines wait for approval already");
        gateway.fleet.look();
        assertThat(database.ask("SELECT COUNT(*) FROM node_claim")).isEqualTo("256");
    }

    @Test
    void a_machine_that_does_not_ask_for_a_week_is_forgotten() throws Exception {
        gateway.fleet.await(claimant(TENANT, 1, "192.0.2.1", Instant.now().minus(Duration.ofDays(8))));
        gateway.fleet.look();
        gateway.fleet.look();

        assertThat(gateway.fleet.claimants()).isEmpty();
        gateway.fleet.look();
        assertThat(database.ask("SELECT COUNT(*) FROM node_claim")).isEqualTo("0");
    }

    @Test
    void what_a_machine_calls_itself_cannot_write_on_a_terminal() throws Exception {
        gateway.fleet.await(new Claimant(
                TENANT,
                ek(1),
                spki(1).hex(),
                "cp\u001b[2J\n" + "x".repeat(999),
                "192.0.2.1",
                Instant.now(),
                Instant.now()));

        assertThat(gateway.fleet.claimants().getFirst().hostName())
                .startsWith("cp?[2J?xxx")
                .hasSize(255);
    }

    @Test
    void the_last_view_serves_while_the_database_is_away_and_not_longer_than_max_staleness() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));
        gateway.fleet.look();
        database.change(AWAY);
        gateway.fleet.look();
        assertThat(gateway.fleet.stale()).isEmpty();
        assertThat(gateway.fleet.view().node(node.id())).isPresent();

        gateway.nanos.addAndGet(Gateway.MAX_STALENESS.toNanos());
        assertThat(gateway.fleet.view().node(node.id())).isPresent();
        gateway.nanos.addAndGet(1);
        assertThat(gateway.fleet.view().node(node.id())).isEmpty();
        assertThat(gateway.fleet.stale().orElseThrow())
                .contains("for longer than store.max-staleness (PT1H)")
                .contains("authority_head");

        database.change(BACK);
        gateway.fleet.look();
        assertThat(gateway.fleet.stale()).isEmpty();
        assertThat(gateway.fleet.view().node(node.id())).isPresent();
    }

    @Test
    void an_ak_cannot_be_pinned_while_the_database_is_away_and_what_is_seen_is_written_later() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));
        database.change(AWAY);
        gateway.fleet.observe(
                node.id(),
                new Observation(
                        Instant.now(),
                        false,
                        "{}",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "one"));
        gateway.fleet.look();

        assertThat(gateway.fleet.observed(node.id())).isPresent();
        assertThatThrownBy(() -> gateway.fleet.pin(node.id(), "000b" + "aa".repeat(32)))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("is not pinned");
        assertThat(database.ask("SELECT COUNT(*) FROM node_observation")).isEqualTo("0");
        database.change(BACK);
        gateway.fleet.look();
        assertThat(database.ask("SELECT COUNT(*) FROM node_observation")).isEqualTo("1");
    }
}
