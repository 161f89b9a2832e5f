package dev.kekkai.fleet;

import static dev.kekkai.fleet.Gateway.TENANT;
import static dev.kekkai.fleet.Gateway.ek;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.store.FleetStore;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change that a gateway makes while it reads the store. */
class OwnChangeTest {
    @TempDir
    Path folder;

    private final AtomicReference<Callable<?>> whileItReads = new AtomicReference<>();

    @Test
    void what_was_read_before_a_change_of_our_own_is_no_store_that_was_rolled_back() throws Exception {
        MemorySigningKey key = new MemorySigningKey();
        AtomicLong nanos = new AtomicLong();
        try (Gateway other =
                new Gateway(TestDatabase.Kind.SQLITE.in(folder), key, Files.createDirectory(folder.resolve("one")))) {
            FleetService fleet = new FleetService(
                    meddled(other.store.fleet()),
                    Set.of(),
                    InstantSource.system(),
                    Gateway.MAX_STALENESS,
                    Gateway.witness(key, InstantSource.system(), key),
                    nanos::get);
            FleetAdministration administration = new FleetAdministration(fleet, event -> {}, InstantSource.system());
            fleet.look();
            other.enrolled("cp-1", ek(1));
            nanos.addAndGet(Gateway.MAX_STALENESS.toNanos() + 1);
            whileItReads.set(() -> administration.enroll(Gateway.order(), List.of(Gateway.request("cp-2", ek(2)))));

            fleet.look();

            assertThat(whileItReads).as("has happened").hasValue(null);
            assertThat(fleet.stale()).isEmpty();
            assertThat(fleet.view().of(TENANT)).extracting(Node::name).containsExactlyInAnyOrder("cp-1", "cp-2");
        }
    }

    private FleetStore meddled(FleetStore store) {
        return (FleetStore) Proxy.newProxyInstance(
                FleetStore.class.getClassLoader(), new Class<?>[] {FleetStore.class}, (self, method, arguments) -> {
                    try {
                        Object answer = method.invoke(store, arguments);
                        Callable<?> now = method.getName().equals("load") ? whileItReads.getAndSet(null) : null;
                        if (now != null) {
                            now.call();
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
