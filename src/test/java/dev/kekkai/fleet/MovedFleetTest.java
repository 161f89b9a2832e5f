package dev.kekkai.fleet;

import static dev.kekkai.fleet.Gateway.ek;
import static dev.kekkai.fleet.Gateway.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.authority.Mover;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.authority.StoreExport;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that move with their store, and come into order with it. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class MovedFleetTest {
    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private final MemorySigningKey key = new MemorySigningKey();
    private TestDatabase database;

    @BeforeEach
    void a_database_with_a_node_and_one_that_was_evicted() throws Exception {
        database = kind.in(folder);
        try (Gateway gateway = new Gateway(database, key, folder)) {
            gateway.enrolled("cp-1", ek(1));
            gateway.enrolled("cp-2", ek(2));
            gateway.administration.evict(order(), "cp-2");
        }
    }

    @Test
    void an_export_takes_nodes_and_tombstones_along_to_the_other_kind_of_database() throws Exception {
        StoreExport export;
        try (Gateway gateway = new Gateway(database, key, folder)) {
            export = new Mover(gateway.store, Hosts.notary(key, folder)).export();
        }
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        TestDatabase other = kind.other().in(elsewhere);
        try (Gateway empty = new Gateway(other, key, elsewhere)) {
            new Mover(empty.store, Hosts.notary(key, elsewhere)).restore(export, false, false);
        }

        try (Gateway moved = new Gateway(other, key, elsewhere)) {
            assertThat(moved.node("cp-1")).isPresent();
            assertThatThrownBy(() -> moved.enrolled("cp-2", ek(2)))
                    .isInstanceOf(FleetException.class)
                    .hasMessageContaining("was evicted");
        }
    }

    @Test
    void a_store_that_was_rolled_back_lets_nobody_in_until_an_operator_reconciles_it() throws Exception {
        TestDatabase.Backup backup = database.backup();
        try (Gateway gateway = new Gateway(database, key, folder)) {
            gateway.administration.evict(order(), "cp-1");
        }
        backup.restore();
        try (Gateway back = new Gateway(database, key, folder)) {
            assertThat(back.fleet.view().nodes()).isEmpty();
            new Reconciler(back.store, Hosts.notary(key, folder)).reconcile();
        }

        try (Gateway reconciled = new Gateway(database, key, folder)) {
            assertThat(reconciled.fleet.stale()).isEmpty();
            assertThat(reconciled.node("cp-1"))
                    .as("this chain is the truth now: docs/operations.md says to evict again")
                    .isPresent();
            assertThat(reconciled.node("cp-2")).isEmpty();
        }
    }
}
