package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.secret.Secret;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;

/** A mechanism of the envelope, done by the token in one session. */
sealed interface SealingMechanism permits AesGcm, AesCbcHmac {
    /** Seals with a fresh IV. The plaintext is lent. */
    SealedBox seal(Pkcs11Session session, Kek kek, byte[] associatedData, Secret plaintext)
            throws PKCS11Exception, CustodyException;

    /** Opens, or throws {@link NotAuthentic}. The secret belongs to the caller. */
    Secret open(Pkcs11Session session, Kek kek, byte[] associatedData, SealedBox box)
            throws PKCS11Exception, CustodyException;

    /** One refusal for whatever is wrong with a box, so that nobody learns what it was. */
    static NotAuthentic notAuthentic(Kek kek) {
        return new NotAuthentic("the ciphertext does not open under KEK " + kek.label()
                + ": it was changed after it was made, or never made by this key");
    }
}
