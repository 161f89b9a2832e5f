package dev.kekkai.custody.pkcs11;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.LinkedHashSet;
import java.util.Set;

/** Generates the key objects of one KEK: all of them, examined and born inside, or none. */
final class KekGeneration {
    private final Pkcs11Session session;
    private final Kek kek;
    private final HsmProfile make;
    private final Set<Long> made = new LinkedHashSet<>();

    KekGeneration(Pkcs11Session session, Kek kek, HsmProfile make) {
        this.session = session;
        this.kek = kek;
        this.make = make;
    }

    Provenance run() throws PKCS11Exception, CustodyException {
        try {
            Provenance all = Provenance.BORN_INSIDE;
            for (KeyRole role : KeyRole.of(kek.mechanism())) {
                all = all.and(generate(role));
            }
            return all;
        } catch (PKCS11Exception e) {
            takeBack(Ckr.name(e));
            throw e;
        } catch (CustodyException | RuntimeException e) {
            takeBack(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private Provenance generate(KeyRole role) throws PKCS11Exception, CustodyException {
        long object;
        try {
            object = session.generateKey(
                    Attributes.mechanism(role.generation(), null), KekObjects.template(kek, role, make));
        } catch (PKCS11Exception e) {
            if (Ckr.cannotGenerate(e)) {
                throw new Misconfigured("the token does not generate an " + role.title() + " through PKCS#11 ("
                        + Ckr.name(e)
                        + "). If the profile's omit-attributes and mac-key-type are right for it, make the keys with the vendor's tool"
                        + " and register them with 'kekkai key adopt': docs/custodians.md");
            }
            throw e;
        }
        made.add(object);
        Provenance provenance = KekObjects.examine(session, kek, role, object, make);
        boolean local = provenance.local() || make.untoldHistory().contains("CKA_LOCAL");
        if (!local || !provenance.alwaysSensitive() || !provenance.neverExtractable()) {
            throw new KeyUnsafe("the token generated the " + role.title() + " of KEK " + kek.label()
                    + " and says of it " + provenance + ": it must be local, always sensitive and never extractable");
        }
        return provenance;
    }

    /** Destroys what was made, also what was made and then answered with an error; or says what is left behind. */
    private void takeBack(String because) throws Unavailable {
        PKCS11Exception failed = null;
        try {
            made.addAll(KekObjects.labelled(session, kek));
        } catch (CustodyException | PKCS11Exception e) {
            // Those whose handle is known are all that can be done.
        }
        for (long object : made) {
            try {
                session.destroy(object);
            } catch (PKCS11Exception e) {
                failed = e;
            }
        }
        if (failed != null) {
            throw new Unavailable(
                    "the creation of KEK " + kek.label() + " failed (" + because
                            + "), and what it had made, with CKA_ID "
                            + kek.version() + ", could not be destroyed again (" + Ckr.name(failed)
                            + "). It never wrapped anything: remove it with the vendor's tool",
                    failed);
        }
    }
}
