package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.dek;
import static dev.kekkai.keyring.KeyringFixture.randomId;
import static dev.kekkai.keyring.KeyringFixture.randomLineage;
import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.version;
import static dev.kekkai.keyring.KeyringFixture.wrap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.Capacity;
import dev.kekkai.dek.DekException.Malformed;
import dev.kekkai.dek.DekException.StaleKey;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.testing.custody.MemoryHsm;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrappingTest {
    private static final Instant ROTATED = Instant.parse("2026-05-06T07:08:09Z");
    private static final Duration GRACE = Duration.ofMinutes(5);
    private static final Lineage LINEAGE = randomLineage();

    private final StoredVersion retired = version(LINEAGE, 1, KeyState.RETIRED, 1L, ROTATED);
    private final StoredVersion active = version(LINEAGE, 2, KeyState.ACTIVE, 2L, null);
    private final Snapshot snapshot = Snapshot.of(
                    new StoredKeyring(TENANT, LINEAGE, 0, List.of(retired, active), Map.of()))
            .orElseThrow();

    @Test
    void a_caller_that_was_told_nothing_gets_the_active_version() throws Exception {
        assertThat(choose(ROTATED, null)).isEqualTo(active);
    }

    @Test
    void a_caller_that_was_told_the_current_key_id_gets_the_active_version() throws Exception {
        assertThat(choose(ROTATED.plus(Duration.ofDays(400)), snapshot.keyId())).isEqualTo(active);
    }

    @Test
    void a_caller_that_was_told_the_one_before_gets_that_for_five_minutes() throws Exception {
        assertThat(choose(ROTATED, keyId(retired))).isEqualTo(retired);
        assertThat(choose(ROTATED.plus(GRACE).minusMillis(1), keyId(retired))).isEqualTo(retired);
    }

    @Test
    void after_five_minutes_it_is_sent_to_ask_status_again() {
        stale(ROTATED.plus(GRACE), keyId(retired));
        stale(ROTATED.plus(Duration.ofDays(1)), keyId(retired));
    }

    @Test
    void a_key_id_that_is_not_of_this_keyring_is_stale() {
        stale(ROTATED, KeyId.of(randomId(), 1));
        stale(ROTATED, new KeyId("of another plugin"));
    }

    @Test
    void neither_a_disabled_nor_a_destroyed_nor_an_adopted_version_wraps_in_the_grace() {
        for (StoredVersion other : List.of(
                version(LINEAGE, 3, KeyState.DISABLED, 3L, ROTATED),
                version(LINEAGE, 4, KeyState.DESTROYED, 4L, ROTATED),
                version(LINEAGE, 5, KeyState.RETIRED, 5L, null))) {
            Snapshot with = Snapshot.of(new StoredKeyring(TENANT, LINEAGE, 0, List.of(other, active), Map.of()))
                    .orElseThrow();

            assertThatThrownBy(() -> new Wrapping(new Batcher(new MemoryHsm(), Capacity.off(1)), () -> ROTATED)
                            .choose(with, wrap(dek(), keyId(other))))
                    .as(other.state().name())
                    .isInstanceOf(StaleKey.class);
        }
    }

    @Test
    void a_wrapped_dek_is_a_single_envelope_of_its_version_and_82_bytes(@TempDir Path folder) throws Exception {
        try (KeyringFixture fixture = new KeyringFixture(folder)) {
            StoredVersion version = fixture.create();
            Keyring keyring = fixture.keyring();

            WrappedDek wrapped = wrapOne(fixture, keyring, dek());

            assertThat(wrapped.keyId()).isEqualTo(keyring.snapshot().keyId());
            assertThat(wrapped.envelope()).hasSize(82);
            assertThat(Envelope.parse(wrapped.envelope()).header().version())
                    .isEqualTo(version.kek().version());
        }
    }

    @Test
    void a_dek_of_no_bytes_or_too_many_is_refused_and_costs_no_use(@TempDir Path folder) throws Exception {
        try (KeyringFixture fixture = new KeyringFixture(folder)) {
            fixture.create();
            Keyring keyring = fixture.keyring();
            int sealed = fixture.hsm.seals();

            for (int length : new int[] {0, 65_520}) {
                assertThatThrownBy(() -> wrapOne(fixture, keyring, Secret.owning(new byte[length])))
                        .isInstanceOf(Malformed.class)
                        .hasMessageContaining("65519")
                        .hasMessageEndingWith("not " + length);
            }

            assertThat(fixture.hsm.seals()).isEqualTo(sealed);
            assertThat(wrapOne(fixture, keyring, Secret.owning(new byte[65_519]))
                            .envelope())
                    .hasSizeGreaterThan(65_519);
        }
    }

    private static WrappedDek wrapOne(KeyringFixture fixture, Keyring keyring, Secret dek) throws Exception {
        Snapshot snapshot = keyring.snapshot();
        return result(new Wrapping(fixture.batcher, fixture.clock())
                .wrap(keyring, snapshot.keyId(), snapshot.active(), wrap(dek, null), asked -> {}));
    }

    private StoredVersion choose(Instant now, @Nullable KeyId told) throws StaleKey {
        return new Wrapping(new Batcher(new MemoryHsm(), Capacity.off(1)), () -> now)
                .choose(snapshot, wrap(dek(), told));
    }

    private void stale(Instant now, KeyId told) {
        assertThatThrownBy(() -> choose(now, told))
                .isInstanceOfSatisfying(
                        StaleKey.class, stale -> assertThat(stale.current()).isEqualTo(snapshot.keyId()));
    }

    private static KeyId keyId(StoredVersion version) {
        return KeyId.of(version.kek().version(), version.epoch());
    }
}
