package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_AES_GCM;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.Unavailable;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.nio.file.Path;
import java.security.SecureRandom;

/**
 * A token that is open: module initialised, user logged in, session threads running. {@link #custodian}, {@link #inventory} and
 * {@link #signer} are its faces.
 */
public final class Pkcs11Token implements AutoCloseable {
    private final Cryptoki cryptoki;
    private final TokenIdentity identity;
    private final SessionWorkers workers;
    private final HsmProfile profile;

    private Pkcs11Token(Cryptoki cryptoki, TokenIdentity identity, SessionWorkers workers, HsmProfile profile) {
        this.cryptoki = cryptoki;
        this.identity = identity;
        this.workers = workers;
        this.profile = profile;
    }

    /**
     * Opens the token that the configuration names, with one login.
     *
     * @param stateFolder private to this user, survives restarts: the JNI library and the record of refused PINs live there
     */
    public static Pkcs11Token open(KekkaiConfig.Custody custody, Path stateFolder) throws CustodyException {
        KekkaiConfig.Pkcs11 settings = custody.pkcs11();
        Cryptoki cryptoki = Cryptoki.initialize(settings.module(), stateFolder.resolve("lib"));
        boolean opened = false;
        try {
            TokenIdentity identity = cryptoki.token(settings.token());
            checkAllowed(custody, identity);
            checkOffers(cryptoki, identity, custody.profile());
            // This session stays open unused: when an application's last session closes, it is logged out.
            Pkcs11Session first = cryptoki.openSession(identity.slot(), false);
            new TokenLogin(new PinFile(settings.pinFile()), new PinLedger(stateFolder.resolve("pin-attempt")))
                    .login(first, identity);
            SessionWorkers workers = new SessionWorkers(cryptoki, identity.slot(), settings.sessions());
            workers.start();
            opened = true;
            return new Pkcs11Token(cryptoki, identity, workers, custody.profile());
        } catch (PKCS11Exception e) {
            throw new Unavailable(
                    "no session with token '" + settings.token() + "' could be opened: " + Ckr.name(e), e);
        } finally {
            if (!opened) {
                cryptoki.close();
            }
        }
    }

    private static void checkAllowed(KekkaiConfig.Custody custody, TokenIdentity identity) throws Misconfigured {
        if (identity.knownSoftware() && !custody.pkcs11().allowSoftToken()) {
            throw new Misconfigured(
                    "token '" + identity.label() + "' (" + identity.manufacturer() + ", " + identity.model()
                            + ") is software: whoever reads this host's disk as root, and knows the PIN, has the KEKs. If that is understood, set custody.pkcs11.allow-soft-token: true");
        }
    }

    private static void checkOffers(Cryptoki cryptoki, TokenIdentity identity, HsmProfile profile)
            throws Misconfigured, Unavailable {
        if (!cryptoki.offers(identity.slot(), CKM_AES_GCM)) {
            throw new Misconfigured("token '" + identity.label() + "' does not offer CKM_AES_GCM, which profile '"
                    + profile.name() + "' chooses: use the profile of this make of HSM");
        }
    }

    public TokenIdentity identity() {
        return identity;
    }

    /** Whether whoever owns this host owns the keys: by the profile's word, or because the token is known to be software. */
    public boolean software() {
        return profile.softToken() || identity.knownSoftware();
    }

    /** Seals and opens under this token's KEKs. */
    public Pkcs11Custodian custodian() {
        return new Pkcs11Custodian(workers, new AesGcm(profile, new SecureRandom()));
    }

    /** Makes and examines KEKs on this token. */
    public Pkcs11Inventory inventory() {
        return new Pkcs11Inventory(workers, cryptoki, identity.slot());
    }

    /** The signing key with a label, generated if the token has none. */
    public Pkcs11Signer signer(String label) throws CustodyException {
        return Pkcs11Signer.open(workers, cryptoki, identity.slot(), label);
    }

    @Override
    public void close() {
        workers.close();
        cryptoki.close();
    }
}
