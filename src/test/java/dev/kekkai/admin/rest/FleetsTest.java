package dev.kekkai.admin.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.config.Tenants;
import dev.kekkai.fleet.FleetAdministration;
import dev.kekkai.fleet.FleetService;
import dev.kekkai.fleet.Witness;
import dev.kekkai.store.sql.SqlKeyringStore;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetsTest {
    @TempDir
    Path folder;

    private SqlKeyringStore store;
    private ServedFleet fleet;

    @BeforeEach
    void a_fleet_that_was_not_read_yet() throws Exception {
        store = TestDatabase.Kind.SQLITE.in(folder).open(Hosts.notary(new MemorySigningKey(), folder));
        FleetService service =
                new FleetService(store.fleet(), Set.of(), InstantSource.system(), Duration.ofHours(1), Witness.ANYBODY);
        fleet = new ServedFleet(new FleetAdministration(service, event -> {}, InstantSource.system()), Tenants.none());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void nodes_that_are_not_known_are_a_problem_and_not_none() {
        assertThatThrownBy(() -> Fleets.view(fleet)).isInstanceOfSatisfying(ProblemException.class, e -> {
            assertThat(e.code()).isEqualTo(ProblemCode.FLEET_NOT_KNOWN);
            assertThat(e).hasMessageContaining("since the start");
        });

        fleet.known().look();

        assertThat(Fleets.view(fleet).nodes()).isEmpty();
    }

    @Test
    void a_tenant_is_found_by_its_name_or_its_uuid() {
        assertThat(Fleets.tenant(fleet, "default"))
                .isEqualTo(Fleets.tenant(fleet, "6b656b6b-6169-4000-8000-000000000001"));
        assertThatThrownBy(() -> Fleets.tenant(fleet, "elsewhere"))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.NO_SUCH_TENANT));
    }
}
