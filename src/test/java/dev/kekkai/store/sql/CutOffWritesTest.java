package dev.kekkai.store.sql;

import static dev.kekkai.store.sql.StoredVersions.prepared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.authority.ChainNotary;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.ApprovalStore;
import dev.kekkai.store.FleetStore;
import dev.kekkai.store.Notary;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApprovals;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that dies between signing and writing, or between writing and remembering: there is never an unsigned head. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class CutOffWritesTest {
    private static final TenantId TENANT = TenantId.DEFAULT;

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private final MemorySigningKey key = new MemorySigningKey();
    private final Lineage lineage = new Lineage(UUID.randomUUID());
    private TestDatabase database;

    @BeforeEach
    void a_keyring_with_one_version() throws Exception {
        database = kind.in(folder);
        try (SqlKeyringStore store = database.open(notary())) {
            store.createKeyring(TENANT, lineage, 0);
            store.addVersion(TENANT, prepared(lineage, 1));
        }
    }

    private ChainNotary notary() throws StoreException {
        return Hosts.notary(key, folder);
    }

    private static final class CutOff extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Dies at one of two places. */
    private record Dying(Notary notary, boolean beforeWriting) implements Notary {
        @Override
        public Optional<SeenHead> seen() throws StoreException {
            return notary.seen();
        }

        @Override
        public List<StoredKeyring> prove(StoreContent content, Optional<SeenHead> seen) throws StoreException {
            return notary.prove(content, seen);
        }

        @Override
        public List<StoredKeyring> proveLatest(StoreContent content, Optional<SeenHead> seen) throws StoreException {
            return notary.proveLatest(content, seen);
        }

        @Override
        public Optional<Sealed> seal(StoreContent content, Optional<SeenHead> seen, Change change)
                throws StoreException {
            Optional<Sealed> sealed = notary.seal(content, seen, change);
            if (beforeWriting) {
                throw new CutOff();
            }
            return sealed;
        }

        @Override
        public StoredFleet proveFleet(StoreContent content, Optional<SeenHead> seen) throws StoreException {
            return notary.proveFleet(content, seen);
        }

        @Override
        public Optional<SealedFleet> sealFleet(
                StoreContent content, Optional<SeenHead> seen, TenantId tenant, FleetStore.Step step)
                throws StoreException {
            Optional<SealedFleet> sealed = notary.sealFleet(content, seen, tenant, step);
            if (beforeWriting) {
                throw new CutOff();
            }
            return sealed;
        }

        @Override
        public StoredApprovals proveApprovals(StoreContent content, Optional<SeenHead> seen) throws StoreException {
            return notary.proveApprovals(content, seen);
        }

        @Override
        public Optional<SealedApprovals> sealApprovals(
                StoreContent content, Optional<SeenHead> seen, ApprovalStore.Step step) throws StoreException {
            Optional<SealedApprovals> sealed = notary.sealApprovals(content, seen, step);
            if (beforeWriting) {
                throw new CutOff();
            }
            return sealed;
        }

        @Override
        public void committed(SeenHead head) {
            throw new CutOff();
        }

        @Override
        public long usesSeen(VersionId version) throws StoreException {
            return notary.usesSeen(version);
        }

        @Override
        public void usesReserved(VersionId version, long total) throws StoreException {
            notary.usesReserved(version, total);
        }
    }

    private void dies(boolean beforeWriting) throws StoreException {
        try (SqlKeyringStore store = database.open(new Dying(notary(), beforeWriting))) {
            assertThatThrownBy(() -> store.addVersion(TENANT, prepared(lineage, 2)))
                    .isInstanceOf(CutOff.class);
        }
    }

    private int versionsAfterANewStart() throws StoreException {
        try (SqlKeyringStore store = database.open(notary())) {
            int versions = store.load(TENANT).orElseThrow().versions().size();
            store.addVersion(TENANT, prepared(lineage, 3));
            return versions;
        }
    }

    @Test
    void between_signing_and_writing_nothing_happened() throws Exception {
        dies(true);

        assertThat(versionsAfterANewStart()).isEqualTo(1);
    }

    @Test
    void between_writing_and_remembering_it_happened_and_is_remembered_at_the_next_start() throws Exception {
        SeenHead before = notary().seen().orElseThrow();
        dies(false);
        assertThat(notary().seen().orElseThrow().serial()).isEqualTo(before.serial());

        assertThat(versionsAfterANewStart()).isEqualTo(2);
        assertThat(notary().seen().orElseThrow().serial()).isEqualTo(before.serial() + 2);
    }

    @Test
    void an_hsm_that_does_not_sign_leaves_the_store_as_it_is() throws Exception {
        key.gone();
        try (SqlKeyringStore store = database.open(notary())) {
            assertThatThrownBy(() -> store.addVersion(TENANT, prepared(lineage, 2)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("could not be signed by the HSM, so the store was not changed")
                    .hasMessageContaining("CKR_DEVICE_REMOVED");
            assertThat(store.load(TENANT).orElseThrow().versions()).hasSize(1);
        }
        key.back();
        assertThat(versionsAfterANewStart()).isEqualTo(1);
    }
}
