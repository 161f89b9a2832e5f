package dev.kekkai.keyring;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.Provenance;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.util.List;
import java.util.Optional;

/** Opens a keyring at start: every version's objects are there, safe, unchanged in their history, and are the keys that are remembered. */
public final class KeyringOpener {
    private final KeyringStore store;
    private final KekInventory inventory;
    private final Canary canary;

    public KeyringOpener(KeyringStore store, KekInventory inventory, KeyCustodian custodian) {
        this.store = store;
        this.inventory = inventory;
        this.canary = new Canary(custodian);
    }

    /** Examines every version that is not DESTROYED, and answers with the first snapshot. */
    public Snapshot open(TenantId tenant) throws KeyringException, CustodyException, StoreException {
        Optional<StoredKeyring> stored = store.load(tenant);
        if (stored.isEmpty() || stored.get().versions().isEmpty()) {
            throw empty(tenant);
        }
        for (StoredVersion version : stored.get().versions()) {
            if (version.state() != KeyState.DESTROYED) {
                examine(version);
            }
        }
        return Snapshot.of(stored.get())
                .orElseThrow(
                        () -> new KeyringException(
                                "the keyring of tenant " + tenant + " has "
                                        + stored.get().versions().size()
                                        + " key version(s) and none is ACTIVE, so nothing can be wrapped: run 'kekkai key create' to make a new one"));
    }

    private void examine(StoredVersion version) throws CustodyException, KeyringException {
        Kek kek = version.kek();
        Provenance now = Awaited.result(inventory.inspect(kek));
        if (!now.equals(version.provenance())) {
            throw new KeyUnsafe("the history of KEK " + kek.label() + " on the token has changed: recorded "
                    + version.provenance() + ", now " + now
                    + ". A restore from the HSM vendor's backup can do that; anything else means that the key was outside the HSM."
                    + " It is not used until that is settled");
        }
        canary.check(kek, version.canary());
    }

    private KeyringException empty(TenantId tenant) throws CustodyException {
        List<Kek> found = Awaited.result(inventory.list());
        String adopt = found.isEmpty()
                ? ""
                : " The token holds " + found.size()
                        + " key(s) labelled as Kekkai's: if the database was lost, 'kekkai key adopt' rebuilds the keyring from them.";
        return new KeyringException("the keyring of tenant " + tenant
                + " has no key: run 'kekkai key create' to make its first KEK inside the HSM." + adopt);
    }
}
