package dev.kekkai.keyring;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.ReturnCheck;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import java.util.function.Supplier;

/**
 * Examines every version in service on a token that was lost and is there again, as {@link KeyringOpener} does at the start: a token of the same
 * name with other keys under the same ids must not wrap anything.
 */
public final class ReturnExamination implements ReturnCheck {
    private final Supplier<Snapshot> keyring;

    /** Examines what is in service at the time. */
    public ReturnExamination(Supplier<Snapshot> keyring) {
        this.keyring = keyring;
    }

    @Override
    public void check(KekInventory inventory, KeyCustodian custodian) throws CustodyException {
        Examiner examiner = new Examiner(inventory, custodian);
        Snapshot now = keyring.get();
        try {
            for (StoredVersion version : now.versions().values()) {
                if (version.state() != KeyState.DISABLED && version.state() != KeyState.DESTROYED) {
                    examine(examiner, version);
                }
            }
        } catch (KeyMissing e) {
            throw TenantOption.in(e, now.tenant());
        } catch (KeyUnsafe e) {
            throw TenantOption.in(e, now.tenant());
        }
    }

    private static void examine(Examiner examiner, StoredVersion version) throws CustodyException {
        try {
            examiner.examine(version);
        } catch (KeyringException e) {
            throw new KeyUnsafe(String.valueOf(e.getMessage()));
        }
    }
}
