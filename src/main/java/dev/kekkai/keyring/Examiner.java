package dev.kekkai.keyring;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.Provenance;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.AssociatedData;
import dev.kekkai.envelope.Header;
import dev.kekkai.envelope.Layout;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;
import java.security.SecureRandom;

/** Says whether the key in the HSM is the one that a version remembers, whole and unchanged, and if not, what the way out is. */
final class Examiner {
    private static final int SAMPLE_BYTES = 32;

    private final KekInventory inventory;
    private final KeyCustodian custodian;
    private final Canary canary;
    private final SecureRandom random = new SecureRandom();

    Examiner(KekInventory inventory, KeyCustodian custodian) {
        this.inventory = inventory;
        this.custodian = custodian;
        this.canary = new Canary(custodian);
    }

    KekInventory inventory() {
        return inventory;
    }

    Canary canary() {
        return canary;
    }

    /** The objects are there, safe, unchanged in their history, and open the canary. */
    void examine(StoredVersion version) throws CustodyException, KeyringException {
        Provenance now = inspect(version);
        if (!now.equals(version.provenance())) {
            throw new KeyUnsafe("the history of KEK " + version.kek().label() + " on the token has changed: recorded "
                    + version.provenance() + ", now " + now
                    + ". A restore from the HSM vendor's backup can do that; anything else means that the key was outside the HSM."
                    + " It is not used until that is settled: if you know that it was restored, 'kekkai key accept-provenance "
                    + version.kek().number() + "' records the new history");
        }
        try {
            canary.check(version.kek(), version.canary());
        } catch (KeyringException e) {
            throw new KeyringException(e.getMessage() + ". " + wayOut(version), e);
        }
    }

    /** The objects are there and safe; answers with their history. */
    Provenance inspect(StoredVersion version) throws CustodyException {
        try {
            return Awaited.result(inventory.inspect(version.kek()));
        } catch (KeyMissing e) {
            throw new KeyMissing(e.getMessage() + ". " + wayOut(version));
        } catch (KeyUnsafe e) {
            throw new KeyUnsafe(e.getMessage() + ". " + wayOut(version));
        }
    }

    /** How a keyring goes on without a key that does not come back; the server need not run for it. */
    private static String wayOut(StoredVersion version) {
        int number = version.kek().number();
        String disable = "'kekkai key disable " + number + "' takes it out of service, and others serve on without it";
        return "If it does not come back: "
                + switch (version.state()) {
                    case ACTIVE -> "'kekkai key rotate' makes another one, then " + disable;
                    case PREPARED -> "'kekkai key retire " + number + "', then " + disable;
                    case RETIRED, DISABLED, DESTROYED ->
                        disable + "; what it wrapped does not open until it is back and enabled";
                };
    }

    /** Examines a version and seals and opens 32 random bytes under it, as one use of it. */
    void prove(KeyringStore store, StoredVersion version) throws CustodyException, KeyringException, StoreException {
        examine(version);
        Kek kek = version.kek();
        if (!store.reserveUses(kek.version(), 1)) {
            throw new KeyringException("KEK " + kek.label() + " has had all its uses");
        }
        byte[] sample = new byte[SAMPLE_BYTES];
        random.nextBytes(sample);
        byte[] associatedData = AssociatedData.probe(new Header(Layout.SINGLE, kek.mechanism(), kek.version()));
        try (Secret plaintext = Secret.owning(sample.clone())) {
            SealedBox box = Awaited.result(custodian.seal(kek, associatedData, plaintext));
            try (Secret opened = Awaited.result(custodian.open(kek, associatedData, box))) {
                if (!opened.sameAs(sample)) {
                    throw new KeyringException("the HSM decrypted something else than it had encrypted under KEK "
                            + kek.label() + ": do not use it, and ask the HSM's vendor");
                }
            }
        }
    }
}
