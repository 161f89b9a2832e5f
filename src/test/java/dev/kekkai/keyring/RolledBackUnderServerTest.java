package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.dek;
import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.unwrap;
import static dev.kekkai.keyring.KeyringFixture.wrap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.Capacity;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.Health;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** An old backup, signed by the HSM in its time, in the place of the database of a server that runs: a fail-over that lost the last commits. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class RolledBackUnderServerTest {
    private static final Duration REFRESH = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final ScheduledThreadPoolExecutor background = new ScheduledThreadPoolExecutor(2);
    private StoreFixture fixture;
    private Batcher batcher;
    private FlakyStore connections;
    private Keyring keyring;
    private LocalDekService service;
    private TestDatabase.Backup old;

    /** With version 1 DISABLED, 2 RETIRED and 3 ACTIVE in the database, and a backup of it. */
    @BeforeEach
    void a_server_that_runs() throws Exception {
        fixture = StoreFixture.lived(kind, folder);
        old = fixture.backup();
        connections = new FlakyStore(fixture.store());
        keyring = new Keyring(fixture.opened(), connections, fixture.hsm, background, KeyringFixture.FAST);
        assertThat(keyring.start()).isInstanceOf(Health.Healthy.class);
        batcher = new Batcher(fixture.hsm, Capacity.auto(Capacity.MOST_LEAVES, 2, 8));
        service = new LocalDekService(
                Map.of(StoreFixture.TENANT, keyring), batcher, fixture.audit, Instant::now, background);
    }

    @AfterEach
    void end_it() {
        background.shutdownNow();
        batcher.close();
        fixture.close();
    }

    private void rollBack() throws Exception {
        fixture.whileStopped(old::restore);
        connections.leadTo(fixture.store());
    }

    /** What happens every ten seconds. */
    private void refresh() {
        now.updateAndGet(before -> before.plus(REFRESH));
        new ScheduledActivation(fixture.keys(), keyring, now::get).look();
    }

    private WrappedDek wrapped() throws Exception {
        try (Secret dek = dek()) {
            return result(service.wrap(wrap(dek, keyring.snapshot().keyId())));
        }
    }

    @Test
    void a_lost_rotation_leaves_the_newer_keyring_in_service_and_what_it_wrapped_opens() throws Exception {
        fixture.rotate();
        keyring.reload();
        Snapshot served = keyring.snapshot();
        assertThat(served.active().kek().number()).isEqualTo(5);
        WrappedDek before = wrapped();
        rollBack();
        assertThat(fixture.version(3).state()).as("what the store proves now").isEqualTo(KeyState.ACTIVE);

        refresh();

        assertThat(keyring.snapshot()).isSameAs(served);
        assertThat(keyring.storeProblem()).contains("the store is rolled back").contains("keeps the keyring");
        assertThat(service.status(StoreFixture.TENANT).epoch()).isEqualTo(served.epoch());
        result(service.unwrap(unwrap(before))).close();
        result(service.unwrap(unwrap(wrapped()))).close();
        assertThat(keyring.behind())
                .as("a store that is behind has nothing newer")
                .isFalse();
    }

    @Test
    void a_version_that_was_disabled_since_stays_disabled() throws Exception {
        WrappedDek secret = wrapped();
        fixture.rotate();
        fixture.keys().disable(StoreFixture.order(), "3");
        keyring.reload();
        assertThatThrownBy(() -> result(service.unwrap(unwrap(secret)))).isInstanceOf(DekException.KeyRefused.class);
        rollBack();

        refresh();

        assertThatThrownBy(() -> result(service.unwrap(unwrap(secret)))).isInstanceOf(DekException.KeyRefused.class);
    }

    @Test
    void a_version_that_the_store_lost_wraps_on_from_what_is_reserved_and_is_not_called_spent() throws Exception {
        fixture.rotate();
        keyring.reload();
        var version = keyring.snapshot().active();
        rollBack();

        UseCounter.Taken taken = UseCounter.Taken.GRANTED;
        for (long uses = 0; uses <= 2 * UseCounter.BLOCK && taken == UseCounter.Taken.GRANTED; uses++) {
            taken = keyring.use(version);
        }

        assertThat(taken).isEqualTo(UseCounter.Taken.NOT_NOW);

        assertThat(keyring.spent()).isFalse();
        assertThatThrownBy(() -> fixture.store().reserveUses(version.kek().version(), 1))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("was put back");
    }

    @Test
    void reconciling_through_the_server_puts_the_new_version_into_service() throws Exception {
        fixture.rotate();
        keyring.reload();
        long told = keyring.snapshot().epoch();
        rollBack();
        refresh();

        fixture.reconcile();
        keyring.reload();

        assertThat(keyring.storeProblem()).isEmpty();
        assertThat(keyring.snapshot().active().kek().number()).isEqualTo(6);
        assertThat(keyring.snapshot().epoch()).isGreaterThan(told);
        assertThat(service.status(StoreFixture.TENANT).keyId())
                .isEqualTo(keyring.snapshot().keyId());
    }

    /** Another host made the older store the current one, and was stopped before it activated a version above all that were lost. */
    @Test
    void a_store_that_is_current_and_has_a_lower_epoch_is_not_gone_back_to() throws Exception {
        fixture.rotate();
        keyring.reload();
        Snapshot served = keyring.snapshot();
        rollBack();
        fixture.reconciler().reconcile();
        assertThat(fixture.store().latest(StoreFixture.TENANT)).isPresent();

        assertThatThrownBy(keyring::reload)
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining("this server has served epoch " + served.epoch());

        assertThat(keyring.snapshot()).isSameAs(served);
        fixture.keys().reconcile(StoreFixture.order(), Mechanism.AES_GCM, false);
        keyring.reload();
        assertThat(keyring.snapshot().epoch()).isGreaterThan(served.epoch());
    }
}
