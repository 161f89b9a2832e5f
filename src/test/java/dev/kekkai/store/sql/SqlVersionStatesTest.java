package dev.kekkai.store.sql;

import static dev.kekkai.store.sql.StoredVersions.prepared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.Provenance;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.VersionStates;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class SqlVersionStatesTest {
    private static final TenantId TENANT = TenantId.DEFAULT;
    private static final TenantId STRANGER = new TenantId(UUID.randomUUID());
    private static final Lineage LINEAGE = new Lineage(UUID.randomUUID());
    private static final Instant THEN = Instant.parse("2026-02-03T04:05:06.007Z");
    private static final Instant LATER = THEN.plusSeconds(60);

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private SqlKeyringStore store;
    private VersionStates states;
    private VersionId first;
    private VersionId second;

    @BeforeEach
    void open_a_store_with_two_prepared_versions() throws Exception {
        store = kind.in(folder).open(Hosts.notary(new MemorySigningKey(), folder));
        states = store.states();
        store.createKeyring(TENANT, LINEAGE, 0);
        first = add(1);
        second = add(2);
    }

    private VersionId add(int number) throws StoreException {
        StoredVersion version = prepared(LINEAGE, number);
        store.addVersion(TENANT, version);
        return version.kek().version();
    }

    @AfterEach
    void close_it() throws Exception {
        store.close();
    }

    @Test
    void one_version_waits_for_its_time_and_forgets_it_when_it_is_active_or_retired() throws Exception {
        states.schedule(TENANT, first, THEN);
        states.schedule(TENANT, first, LATER);
        assertThat(version(first).activateAt()).isEqualTo(LATER);
        assertThatThrownBy(() -> states.schedule(TENANT, second, LATER)).isInstanceOf(StoreException.class);

        store.activate(TENANT, first, LATER);
        assertThat(version(first).activateAt()).isNull();

        states.schedule(TENANT, second, LATER);
        states.retire(TENANT, second, LATER);
        assertThat(version(second).activateAt()).isNull();
        assertThat(version(second).state()).isEqualTo(KeyState.RETIRED);
    }

    @Test
    void a_version_goes_through_its_life_with_the_time_of_each_step() throws Exception {
        states.retire(TENANT, first, THEN);
        states.disable(TENANT, first, LATER);
        assertThat(version(first).retired()).isEqualTo(THEN);
        assertThat(version(first).disabled()).isEqualTo(LATER);

        states.beginDestroying(TENANT, first, LATER);
        states.beginDestroying(TENANT, first, LATER.plusSeconds(1));
        assertThat(version(first).destroyBegun()).isEqualTo(LATER);

        states.destroyed(TENANT, first);
        assertThat(version(first).state()).isEqualTo(KeyState.DESTROYED);
    }

    @Test
    void enabling_leads_back_to_retired_and_forgets_that_destruction_was_begun() throws Exception {
        states.retire(TENANT, first, THEN);
        states.disable(TENANT, first, THEN);
        states.beginDestroying(TENANT, first, THEN);

        states.enable(TENANT, first);

        assertThat(version(first).state()).isEqualTo(KeyState.RETIRED);
        assertThat(version(first).disabled()).isNull();
        assertThat(version(first).destroyBegun()).isNull();
    }

    @Test
    void a_step_out_of_turn_is_refused_and_changes_nothing() throws Exception {
        store.activate(TENANT, first, THEN);

        assertThatThrownBy(() -> states.retire(TENANT, first, THEN)).hasMessageContaining(first.toString());
        assertThatThrownBy(() -> states.disable(TENANT, first, THEN)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> states.disable(TENANT, second, THEN)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> states.enable(TENANT, second)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> states.beginDestroying(TENANT, first, THEN)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> states.destroyed(TENANT, second)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> states.replaceCanary(TENANT, first, new byte[1]))
                .isInstanceOf(StoreException.class);

        assertThat(List.of(version(first).state(), version(second).state()))
                .containsExactly(KeyState.ACTIVE, KeyState.PREPARED);
    }

    @Test
    void nothing_is_destroyed_whose_destruction_was_not_begun() throws Exception {
        states.retire(TENANT, first, THEN);
        states.disable(TENANT, first, THEN);

        assertThatThrownBy(() -> states.destroyed(TENANT, first)).isInstanceOf(StoreException.class);
    }

    @Test
    void another_tenant_changes_nothing() {
        assertThatThrownBy(() -> states.retire(STRANGER, first, THEN)).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> states.schedule(STRANGER, first, THEN)).isInstanceOf(StoreException.class);
    }

    @Test
    void history_and_canary_are_replaced() throws Exception {
        states.replaceProvenance(TENANT, first, new Provenance(false, true, false));
        states.retire(TENANT, first, THEN);
        states.replaceCanary(TENANT, first, new byte[] {7});

        assertThat(version(first).provenance()).isEqualTo(new Provenance(false, true, false));
        assertThat(version(first).canary()).containsExactly(7);
    }

    private StoredVersion version(VersionId id) throws StoreException {
        return store.load(TENANT).orElseThrow().versions().stream()
                .filter(version -> version.kek().version().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
