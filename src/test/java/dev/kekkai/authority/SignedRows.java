package dev.kekkai.authority;

import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.sql.SqlKeyringStore;
import dev.kekkai.testing.authority.MemorySigningKey;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Writes rows as nothing in Kekkai would, with a chain from which they follow: for tests of what comes after the store was believed. */
public final class SignedRows {
    private final SqlKeyringStore store;
    private final MemorySigningKey key;
    private final ChainNotary notary;

    public SignedRows(SqlKeyringStore store, MemorySigningKey key, ChainNotary notary) {
        this.store = store;
        this.key = key;
        this.notary = notary;
    }

    /** Gives a version another canary. */
    public void canary(int number, byte[] canary) throws StoreException {
        change(version -> version.kek().number() != number
                ? version
                : new StoredVersion(
                        version.kek(),
                        version.state(),
                        version.epoch(),
                        version.provenance(),
                        canary,
                        version.created(),
                        version.activateAt(),
                        version.retired(),
                        version.disabled(),
                        version.destroyBegun(),
                        version.usesReserved()));
    }

    /** Replaces the versions of every keyring, and begins a chain that says so. */
    private void change(UnaryOperator<StoredVersion> change) throws StoreException {
        Draft draft = Draft.beginning(notary.seen(), InstantSource.system());
        store.replace(before -> {
            List<StoredKeyring> after = before.keyrings().stream()
                    .map(keyring -> new StoredKeyring(
                            keyring.tenant(),
                            keyring.lineage(),
                            keyring.epochFloor(),
                            keyring.versions().stream().map(change).toList(),
                            keyring.learnedKeyIds()))
                    .toList();
            after.forEach(keyring -> Reconciler.describe(keyring, draft));
            return Optional.of(before.with(after, draft.added(), Chain.sign(draft.head(), key.generate())));
        });
        notary.committed(draft.head());
    }
}
