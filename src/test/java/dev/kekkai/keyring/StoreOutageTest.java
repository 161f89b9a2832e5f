package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.dek;
import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.unwrap;
import static dev.kekkai.keyring.KeyringFixture.wrap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.dek.DekException;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.keyring.UseCounter.Taken;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.StoreException;
import dev.kekkai.testing.custody.MemoryHsm;
import dev.kekkai.testing.store.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real PostgreSQL that is stopped and started again while callers wrap and unwrap. */
class StoreOutageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong wrapped = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong unwrapped = new AtomicLong();
    private final AtomicLong unexpected = new AtomicLong();

    @Test
    @Timeout(240)
    void wrapping_goes_on_from_reserved_uses_unwrapping_in_any_case_and_all_of_it_afterwards() throws Exception {
        try (PostgresServer server = PostgresServer.inNewFolder(Map.of());
                KeyringFixture fixture = new KeyringFixture(folder, new MemoryHsm(), server.database());
                ExecutorService callers = Executors.newFixedThreadPool(4)) {
            fixture.create();
            Keyring keyring = fixture.keyring();
            var version = keyring.snapshot().active();
            LocalDekService service = fixture.service(keyring);
            WrappedDek stored;
            try (Secret dek = dek()) {
                stored = result(service.wrap(wrap(dek, keyring.snapshot().keyId())));
            }
            for (int i = 0; i < 4; i++) {
                callers.execute(() -> call(service, keyring, stored));
            }
            more(wrapped);

            server.stop();
            assertThatThrownBy(keyring::reload)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("cannot read the store in jdbc:postgresql://");
            assertThat(keyring.storeProblem()).contains("cannot read the store");
            more(wrapped);
            more(unwrapped);
            assertThat(refused).as("within the uses that were reserved").hasValue(0);
            assertThatThrownBy(() -> fixture.administration()
                            .rotate(
                                    new Order(TENANT, new Operator("root", "cli"), false),
                                    new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO)))
                    .isInstanceOf(StoreException.class);

            await().atMost(PATIENCE).until(() -> keyring.use(version) == Taken.NOT_NOW);
            more(refused);
            more(unwrapped);

            server.start();
            long before = wrapped.get();
            await().atMost(PATIENCE).until(() -> wrapped.get() > before + 100);
            keyring.reload();
            assertThat(keyring.storeProblem()).isEmpty();
            fixture.administration()
                    .rotate(
                            new Order(TENANT, new Operator("root", "cli"), false),
                            new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO));
            keyring.reload();
            assertThat(keyring.snapshot().active().kek().number()).isEqualTo(2);

            over.set(true);
            callers.shutdown();
            assertThat(callers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            assertThat(unexpected).hasValue(0);
            assertThat(fixture.stored().versions().getFirst().usesReserved()).isGreaterThanOrEqualTo(wrapped.get());
        }
    }

    private static void more(AtomicLong counter) {
        long before = counter.get();
        await().atMost(PATIENCE).until(() -> counter.get() > before + 100);
    }

    /** Wraps and unwraps, a little slower than would spend what is reserved in no time. */
    private void call(LocalDekService service, Keyring keyring, WrappedDek stored) {
        while (!over.get()) {
            LockSupport.parkNanos(200_000);
            try (Secret dek = dek()) {
                result(service.wrap(wrap(dek, keyring.snapshot().keyId())));
                wrapped.incrementAndGet();
            } catch (DekException e) {
                refused.incrementAndGet();
            } catch (Exception e) {
                unexpected.incrementAndGet();
            }
            try (Secret opened = result(service.unwrap(unwrap(stored)))) {
                unwrapped.addAndGet(opened.length() > 0 ? 1 : 0);
            } catch (Exception e) {
                unexpected.incrementAndGet();
            }
        }
    }
}
