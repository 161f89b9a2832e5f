package dev.kekkai.custody;

import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;

/**
 * Names the key objects of one KEK version; holds no key.
 *
 * @param version the {@code CKA_ID} of each object
 * @param lineage of the keyring
 * @param number of the version in its keyring, from 1
 * @param mechanism fixed at creation; says which objects there are
 */
public record Kek(VersionId version, Lineage lineage, int number, Mechanism mechanism) {
    /** {@code kekkai/<lineage>/<n>/<mechanism>}: from these labels alone a keyring can be rebuilt. */
    public String label() {
        return "kekkai/" + lineage + "/" + number + "/" + mechanism.code();
    }
}
