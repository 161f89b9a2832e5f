package dev.kekkai.fleet;

import static dev.kekkai.fleet.Gateway.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.admin.FleetDesk;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.keyring.Operator;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import dev.kekkai.wire.admin.v1.EnrollNodesRequest;
import dev.kekkai.wire.admin.v1.FleetChanged;
import dev.kekkai.wire.admin.v1.NodeToEnroll;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that waits made its key itself: what an operator types of the right one's EK must be more than somebody else can meet. */
class EnrollingWhoWaitsTest {
    private static final EkFingerprint EK = EkFingerprint.parse("000b" + "1a".repeat(32));
    private static final String SPKI = "2b".repeat(32);

    @TempDir
    Path folder;

    private Gateway gateway;
    private FleetDesk desk;

    @BeforeEach
    void one_waits() throws Exception {
        gateway = new Gateway(TestDatabase.Kind.SQLITE.in(folder), new MemorySigningKey(), folder);
        desk = new FleetDesk(gateway.administration, said -> Optional.of(TENANT), new Operator("root", "admin"));
        waits(EK, SPKI);
    }

    @AfterEach
    void is_closed() {
        gateway.close();
    }

    private void waits(EkFingerprint ek, String spki) throws Exception {
        gateway.fleet.await(new Claimant(TENANT, ek, spki, "cp-1", "192.0.2.1", Instant.now(), Instant.now()));
    }

    private FleetChanged enroll(String ek) throws Exception {
        return desk.enroll(EnrollNodesRequest.newBuilder()
                .addNodes(NodeToEnroll.newBuilder()
                        .setName("cp-1")
                        .setGroup("control-plane")
                        .setEk(ek))
                .build());
    }

    private void isTooShort(String ek) {
        assertThatThrownBy(() -> enroll(ek))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("at least 36 digits are needed (32 of its public key's SHA-256)");
        assertThat(gateway.node("cp-1")).isEmpty();
    }

    @Test
    void sixteen_digits_of_a_name_are_not_enough() {
        isTooShort(EK.hex().substring(0, 16));
    }

    @Test
    void the_algorithm_before_the_digest_does_not_count() {
        isTooShort(EK.hex().substring(0, 35));
    }

    @Test
    void thirty_one_digits_of_the_public_keys_hash_are_not_enough() {
        isTooShort(SPKI.substring(0, 31));
    }

    @Test
    void half_a_digest_of_the_name_is_enough_and_the_whole_ek_is_said() throws Exception {
        FleetChanged changed = enroll(EK.hex().substring(0, 36));

        assertThat(gateway.node("cp-1").orElseThrow().ek()).isEqualTo(EK);
        assertThat(changed.getSaidList()).anyMatch(line -> line.contains(EK.hex()));
    }

    @Test
    void half_of_the_public_keys_hash_is_enough() throws Exception {
        enroll(SPKI.substring(0, 32));

        assertThat(gateway.node("cp-1").orElseThrow().ek().hex()).isEqualTo(SPKI);
    }
}
