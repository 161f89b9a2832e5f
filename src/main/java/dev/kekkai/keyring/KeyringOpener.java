package dev.kekkai.keyring;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Opens a keyring at start: the keys of every version in service are there, safe, unchanged in their history, and the ones that are remembered. */
public final class KeyringOpener {
    private static final Logger LOG = Logger.getLogger(KeyringOpener.class);

    private final KeyringStore store;
    private final KekInventory inventory;
    private final Examiner examiner;

    public KeyringOpener(KeyringStore store, KekInventory inventory, KeyCustodian custodian) {
        this.store = store;
        this.inventory = inventory;
        this.examiner = new Examiner(inventory, custodian);
    }

    /** Examines every version that is not DESTROYED, and answers with the first snapshot. */
    public Snapshot open(TenantId tenant) throws KeyringException, CustodyException, StoreException {
        try {
            return opened(tenant);
        } catch (KeyringException e) {
            throw TenantOption.in(e, tenant);
        } catch (KeyMissing e) {
            throw TenantOption.in(e, tenant);
        } catch (KeyUnsafe e) {
            throw TenantOption.in(e, tenant);
        }
    }

    private Snapshot opened(TenantId tenant) throws KeyringException, CustodyException, StoreException {
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

    /** A DISABLED version serves nothing, so what is wrong with it is told and keeps nobody else from serving. */
    private void examine(StoredVersion version) throws CustodyException, KeyringException {
        if (version.state() != KeyState.DISABLED) {
            examiner.examine(version);
            return;
        }
        try {
            examiner.examine(version);
        } catch (KeyMissing | KeyUnsafe | KeyringException e) {
            LOG.warnf(
                    "version %d is DISABLED and could not be enabled as it is: %s",
                    version.kek().number(), e.getMessage());
        }
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
