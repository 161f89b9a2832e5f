package dev.kekkai.fleet;

import static dev.kekkai.fleet.Gateway.ek;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody gains who writes what gateways are said to have seen of nodes: neither a node's key nor its counters are taken from there. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class SignedObservationsTest {
    private static final String KEY = "cc".repeat(32);
    private static final BootCounters COUNTERS = new BootCounters(5, 2);

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private final MemorySigningKey key = new MemorySigningKey();
    private TestDatabase database;
    private Gateway gateway;
    private Gateway other;
    private Node node;

    @BeforeEach
    void two_gateways_and_what_the_one_saw() throws Exception {
        database = kind.in(folder);
        gateway = new Gateway(database, key, Files.createDirectory(folder.resolve("one")));
        other = new Gateway(database, key, Files.createDirectory(folder.resolve("two")));
        node = gateway.enrolled("cp-1", ek(1));
        gateway.fleet.observe(node.id(), seen(now().minusSeconds(60), KEY));
        gateway.fleet.look();
        other.fleet.look();
    }

    @AfterEach
    void close_them() {
        gateway.close();
        other.close();
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Observation counted(BootCounters counters) {
        return seen(now().minusSeconds(120), KEY, counters);
    }

    private static Observation seen(Instant at, String tlsKey) {
        return seen(at, tlsKey, COUNTERS);
    }

    private static Observation seen(Instant at, String tlsKey, BootCounters counters) {
        return new Observation(
                at,
                true,
                "{}",
                Optional.of(counters),
                Optional.of(TrustClass.VOUCHED),
                Optional.of(tlsKey),
                Optional.of(at.plusSeconds(600)),
                "gateway-1");
    }

    private Optional<Observation> seenBy(Gateway which, Node what) {
        which.fleet.look();
        which.fleet.look();
        return which.fleet.observed(what.id());
    }

    /** A gateway that knows nothing but what the database says. */
    private Optional<Observation> seenAtAStart(Witness witness) throws Exception {
        try (Gateway started = new Gateway(database, key, Files.createTempDirectory(folder, "started"), witness)) {
            return seenBy(started, node);
        }
    }

    private Optional<Observation> seenAtAStart() throws Exception {
        return seenAtAStart(Gateway.witness(key, InstantSource.system(), key));
    }

    private void isAsItWas(Optional<Observation> observation) {
        assertThat(observation.flatMap(Observation::tlsKey)).contains(KEY);
        assertThat(observation.flatMap(Observation::counters)).contains(COUNTERS);
    }

    @Test
    void what_a_gateway_signed_is_known_to_every_other() throws Exception {
        isAsItWas(other.fleet.observed(node.id()));
        isAsItWas(seenAtAStart());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tls_key = '00', gateway = 'x', seen_at = seen_at + 300000",
                "tls_key = '00', gateway = 'x', seen_at = seen_at + 300000, seen_signed = ''",
                "tls_key = NULL",
                "seen_at = seen_at + 1",
                "accepted = 0",
                "certificate_ends = NULL",
                "trust = 'hardware'",
                "verdict = '{ }'",
                "gateway = 'gateway-2'",
                "seen_signed = counted_signed"
            })
    void a_row_that_was_changed_supersedes_no_key(String change) throws Exception {
        database.change("UPDATE node_observation SET " + change);

        isAsItWas(seenBy(gateway, node));
        isAsItWas(seenBy(other, node));
        assertThat(seenAtAStart()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resets = 4294967295",
                "restarts = restarts + 1",
                "resets = 4294967295, counted_signed = ''",
                "counter_era = 1",
                "counted_signed = seen_signed"
            })
    void counters_that_were_changed_count_for_nothing(String change) throws Exception {
        database.change("UPDATE node_observation SET " + change);

        isAsItWas(seenBy(gateway, node));
        isAsItWas(seenBy(other, node));
        assertThat(seenAtAStart()).isPresent();
        assertThat(seenAtAStart().flatMap(Observation::counters)).isEmpty();
    }

    @Test
    void what_was_seen_of_one_node_says_nothing_of_another() throws Exception {
        Node second = gateway.enrolled("cp-2", ek(2));
        other.fleet.look();
        database.change("UPDATE node_observation SET node_id = '" + second.id() + "'");

        assertThat(seenBy(other, second)).isEmpty();
        isAsItWas(other.fleet.observed(node.id()));
    }

    @Test
    void a_row_that_was_changed_is_replaced_when_its_node_is_seen_again() throws Exception {
        database.change(
                "UPDATE node_observation SET tls_key = '00', gateway = 'x', seen_at = seen_at + 300000, resets = 4294967295");
        gateway.fleet.look();
        String renewed = "dd".repeat(32);
        gateway.fleet.observe(node.id(), seen(now(), renewed));
        gateway.fleet.look();

        assertThat(seenBy(other, node).flatMap(Observation::tlsKey)).contains(renewed);
        assertThat(seenAtAStart().flatMap(Observation::tlsKey)).contains(renewed);
        assertThat(seenAtAStart().flatMap(Observation::counters)).contains(COUNTERS);
    }

    @Test
    void a_certificate_of_another_root_makes_no_gateway() throws Exception {
        MemorySigningKey strangers = new MemorySigningKey();
        try (Gateway stranger = new Gateway(
                database,
                key,
                Files.createDirectory(folder.resolve("stranger")),
                Gateway.witness(strangers, InstantSource.system(), strangers))) {
            stranger.fleet.observe(node.id(), seen(now(), "00"));
            stranger.fleet.look();
        }
        assertThat(database.ask("SELECT tls_key FROM node_observation")).isEqualTo("00");

        isAsItWas(seenBy(other, node));
    }

    @Test
    void what_gateways_under_the_root_before_signed_stays_true() throws Exception {
        MemorySigningKey next = new MemorySigningKey();

        isAsItWas(seenAtAStart(Gateway.witness(next, InstantSource.system(), next, key)));
        assertThat(seenAtAStart(Gateway.witness(next, InstantSource.system(), next)))
                .isEmpty();
    }

    /** Else its first node could set back the counters of one that was not believed yet. */
    @Test
    void a_gateway_that_gets_its_key_knows_what_others_signed_before_it_serves() throws Exception {
        try (Gateway starting =
                new Gateway(database, key, Files.createDirectory(folder.resolve("starting")), Witness.NOBODY)) {
            assertThat(seenBy(starting, node)).isEmpty();
            starting.fleet.observe(node.id(), counted(new BootCounters(4, 0)));
            starting.fleet.look();
            assertThat(database.ask("SELECT resets FROM node_observation")).isEqualTo("5");

            starting.fleet.believe(Gateway.witness(key, InstantSource.system(), key));

            assertThat(starting.fleet.observed(node.id()).flatMap(Observation::counters))
                    .contains(COUNTERS);
        }
    }

    /** Its key went with the process that had it; if it did not, nothing new is said with it. */
    @Test
    void a_certificate_that_is_over_says_what_was_seen_before_its_end_and_nothing_after_it() throws Exception {
        Duration week = Duration.ofDays(7);
        Instant end = now().minus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);
        Node second = gateway.enrolled("cp-2", ek(2));
        try (Gateway before = new Gateway(
                database,
                key,
                Files.createDirectory(folder.resolve("before")),
                Gateway.witness(key, () -> end.minus(week), key))) {
            before.fleet.observe(node.id(), seen(end.plusSeconds(1), "00"));
            before.fleet.observe(second.id(), seen(end, KEY));
            before.fleet.look();
        }

        isAsItWas(seenBy(other, node));
        isAsItWas(seenBy(other, second));
    }
}
