package dev.kekkai.custody.pkcs11;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyState;
import dev.kekkai.custody.ReturnCheck;
import dev.kekkai.envelope.Mechanism;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A token that is open: module initialised, user logged in, session threads running. {@link #custodian}, {@link #inventory} and
 * {@link #signer} are its faces. It comes back by itself when it was lost ({@link TokenLife}).
 */
public final class Pkcs11Token implements AutoCloseable {
    /** C_Initialize of a network HSM takes its time. */
    private static final int OPENING_PATIENCE = 6;

    private final TokenLife life;
    private final HsmProfile profile;
    private final Sealing sealing;
    private final String selfTest;
    private final AtomicReference<ReturnCheck> returnCheck;

    private Pkcs11Token(
            TokenLife life,
            HsmProfile profile,
            Sealing sealing,
            String selfTest,
            AtomicReference<ReturnCheck> returnCheck) {
        this.life = life;
        this.profile = profile;
        this.sealing = sealing;
        this.selfTest = selfTest;
        this.returnCheck = returnCheck;
    }

    /**
     * Opens the token that the configuration names, with one login.
     *
     * @param stateFolder private to this user, survives restarts: the JNI library and the record of refused PINs live there
     */
    public static Pkcs11Token open(KekkaiConfig.Custody custody, Path stateFolder) throws CustodyException {
        KekkaiConfig.Pkcs11 settings = custody.pkcs11();
        HsmProfile profile = custody.profile();
        Found found = FirstCalls.within(
                settings.stuckAfter().multipliedBy(OPENING_PATIENCE), () -> Found.of(custody, stateFolder));
        Sealing sealing = found.sealing();
        AtomicReference<ReturnCheck> returnCheck = new AtomicReference<>((inventory, custodian) -> {});
        TokenLogin login =
                new TokenLogin(new PinFile(settings.pinFile()), new PinLedger(stateFolder.resolve("pin-attempt")));
        TokenLife life = TokenLife.begin(
                found.cryptoki(),
                found.identity(),
                login,
                inline -> returnCheck.get().check(new Pkcs11Inventory(inline, profile), sealing.custodian(inline)),
                new TokenLife.Bounds(settings.sessions(), settings.stuckAfter(), settings.maxStuck()));
        String selfTest = selfTest(life, sealing);
        return new Pkcs11Token(life, profile, sealing, selfTest, returnCheck);
    }

    /** A module that is initialised, its one token that is meant, and what that offers. */
    private record Found(Cryptoki cryptoki, TokenIdentity identity, Sealing sealing) {
        static Found of(KekkaiConfig.Custody custody, Path stateFolder) throws CustodyException {
            Cryptoki cryptoki =
                    Cryptoki.initialize(custody.pkcs11().module(), stateFolder.resolve("lib"), custody.profile());
            boolean found = false;
            try {
                TokenIdentity identity = cryptoki.token(custody.pkcs11().token());
                checkAllowed(custody, identity);
                Sealing sealing = Sealing.chosen(cryptoki, identity, custody.profile());
                found = true;
                return new Found(cryptoki, identity, sealing);
            } finally {
                if (!found) {
                    cryptoki.close();
                }
            }
        }
    }

    /** A token that does not do as it says serves nothing. */
    private static String selfTest(TokenLife life, Sealing sealing) throws CustodyException {
        boolean passed = false;
        try {
            String found = sealing.selfTest(life.workers());
            passed = true;
            return found;
        } finally {
            if (!passed) {
                life.end();
            }
        }
    }

    private static void checkAllowed(KekkaiConfig.Custody custody, TokenIdentity identity) throws Misconfigured {
        if (identity.knownSoftware() && !custody.pkcs11().allowSoftToken()) {
            throw new Misconfigured(
                    "token '" + identity.label() + "' (" + identity.manufacturer() + ", " + identity.model()
                            + ") is software: whoever reads this host's disk as root, and knows the PIN, has the KEKs."
                            + " If that is understood, set custody.pkcs11.allow-soft-token: true");
        }
    }

    /** The token as it was when it was last logged in to: always the same one, not always in the same slot. */
    public TokenIdentity identity() {
        return life.token();
    }

    /** How new KEKs seal. */
    public Mechanism mechanism() {
        return sealing.mechanism();
    }

    /** How new KEKs seal and why so, for people. */
    public String choice() {
        return sealing.choice();
    }

    /** What the test at the start found, for people. */
    public String selfTest() {
        return selfTest;
    }

    /** Whether whoever owns this host owns the keys: by the profile's word, or because the token is known to be software. */
    public boolean software() {
        return profile.softToken() || identity().knownSoftware();
    }

    /** Says what to check before a token that was lost is used again. From then on no other token and no other key passes for it. */
    public void onReturn(ReturnCheck check) {
        returnCheck.set(check);
    }

    /** Has somebody called when the token is lost or back, on whatever thread noticed; must not block. */
    public void onChange(Runnable listener) {
        life.onChange(listener);
    }

    /** How the way to the token does now. */
    public CustodyState state() {
        return life.state();
    }

    /** Why only a restart of this process helps, if that is so. */
    public Optional<String> hopeless() {
        return life.hopeless();
    }

    /** Seals and opens under this token's KEKs. */
    public Pkcs11Custodian custodian() {
        return sealing.custodian(life.workers());
    }

    /** Makes and examines KEKs on this token. */
    public Pkcs11Inventory inventory() {
        return new Pkcs11Inventory(life.workers(), profile);
    }

    /** The signing key with a label, generated if the token has none. */
    public Pkcs11Signer signer(String label) throws CustodyException {
        return Pkcs11Signer.open(life.workers(), label);
    }

    /** The signing key with a label, if the token has it. */
    public Optional<Pkcs11Signer> findSigner(String label) throws CustodyException {
        return Pkcs11Signer.find(life.workers(), label);
    }

    /** Closes sessions and module. A call that hangs in the module keeps it from being finalised: the process ends without that. */
    @Override
    public void close() {
        life.end();
    }
}
