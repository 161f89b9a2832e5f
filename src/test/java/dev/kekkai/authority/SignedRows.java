package dev.kekkai.authority;

import dev.kekkai.custody.Signer;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.sql.SqlKeyringStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Writes rows as nothing in Kekkai would, with a chain from which they follow: for tests of what comes after the store was believed. */
public final class SignedRows {
    private final SqlKeyringStore store;
    private final Signer signer;
    private final ChainNotary notary;

    public SignedRows(SqlKeyringStore store, Signer signer, ChainNotary notary) {
        this.store = store;
        this.signer = signer;
        this.notary = notary;
    }

    /** Gives a version another canary. */
    public void canary(int number, byte[] canary) throws StoreException {
        change(version -> version.kek().number() == number ? changed(version, canary, version.disabled()) : version);
    }

    /** Has a version be DISABLED since another time. */
    public void disabledSince(int number, Instant since) throws StoreException {
        change(version -> version.kek().number() == number ? changed(version, version.canary(), since) : version);
    }

    private static StoredVersion changed(StoredVersion version, byte[] canary, @Nullable Instant disabled) {
        return new StoredVersion(
                version.kek(),
                version.state(),
                version.epoch(),
                version.provenance(),
                canary,
                version.created(),
                version.activateAt(),
                version.retired(),
                disabled,
                version.destroyBegun(),
                version.usesReserved());
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
            return Optional.of(before.with(after, draft.added(), Chain.sign(draft.head(), signer)));
        });
        notary.committed(draft.head());
    }
}
