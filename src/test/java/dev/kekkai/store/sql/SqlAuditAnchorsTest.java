package dev.kekkai.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.store.AuditAnchor;
import dev.kekkai.store.AuditAnchors;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
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
class SqlAuditAnchorsTest {
    private static final UUID REPLICA = new UUID(1, 2);
    private static final UUID ANOTHER = new UUID(3, 4);

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private TestDatabase database;
    private SqlKeyringStore store;
    private AuditAnchors anchors;

    @BeforeEach
    void open_a_store() throws Exception {
        database = kind.in(folder);
        store = database.open(Hosts.notary(new MemorySigningKey(), folder));
        anchors = store.anchors();
    }

    @AfterEach
    void close_it() {
        store.close();
    }

    @Test
    void an_anchor_comes_back_as_it_was_kept() throws Exception {
        AuditAnchor kept = anchor(REPLICA, 7, 1);
        anchors.add(kept);

        assertThat(anchors.of(REPLICA, 0, 10))
                .singleElement()
                .satisfies(found -> assertThat(found).usingRecursiveComparison().isEqualTo(kept));
        assertThat(anchors.latest(REPLICA, 10)).hasSize(1);
        assertThat(anchors.latest(ANOTHER, 10)).isEmpty();
    }

    @Test
    void they_come_by_their_records_and_in_pages_and_for_one_replica() throws Exception {
        for (long seq : new long[] {30, 10, 20}) {
            anchors.add(anchor(REPLICA, seq, 1));
        }
        anchors.add(anchor(ANOTHER, 15, 1));

        assertThat(anchors.of(REPLICA, 0, 2)).extracting(AuditAnchor::seq).containsExactly(10L, 20L);
        assertThat(anchors.of(REPLICA, 20, 2)).extracting(AuditAnchor::seq).containsExactly(30L);
        assertThat(anchors.latest(REPLICA, 2)).extracting(AuditAnchor::seq).containsExactly(30L, 20L);
    }

    @Test
    void the_same_one_twice_is_one_and_another_of_the_same_record_is_kept_beside_it() throws Exception {
        anchors.add(anchor(REPLICA, 10, 1));
        anchors.add(anchor(REPLICA, 10, 1));
        assertThat(anchors.of(REPLICA, 0, 10)).hasSize(1);

        anchors.add(anchor(REPLICA, 10, 2));
        assertThat(anchors.of(REPLICA, 0, 10)).hasSize(2);
    }

    @Test
    void what_somebody_made_of_a_row_is_no_reason_to_fail() throws Exception {
        anchors.add(anchor(REPLICA, 10, 1));
        database.change("UPDATE audit_anchor SET signature = 'nonsense'");

        assertThat(anchors.of(REPLICA, 0, 10)).singleElement().satisfies(found -> assertThat(found.signature())
                .isEmpty());
    }

    private static AuditAnchor anchor(UUID replica, long seq, int fill) {
        return new AuditAnchor(
                replica,
                seq,
                HexFormat.of().parseHex(String.format("%064x", fill)),
                Instant.parse("2026-01-02T03:04:05.006Z"),
                new byte[64]);
    }
}
