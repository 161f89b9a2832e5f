package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_USER_ALREADY_LOGGED_IN;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.PinRefused;
import dev.kekkai.custody.CustodyException.Unavailable;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** Logs the user in to a token: one {@code C_Login} for all sessions of the process, and never a second try of a refused PIN. */
final class TokenLogin {
    private final PinFile pinFile;
    private final PinLedger ledger;
    private final AtomicBoolean underWay = new AtomicBoolean();

    TokenLogin(PinFile pinFile, PinLedger ledger) {
        this.pinFile = pinFile;
        this.ledger = ledger;
    }

    /** Logs in, or finds that this process is logged in already. One at a time: while a {@code C_Login} hangs, no second one follows it. */
    void login(Pkcs11Session session, TokenIdentity token) throws CustodyException {
        if (!underWay.compareAndSet(false, true)) {
            throw new Unavailable("a login to token '" + token.label()
                    + "' is still without an answer, and another one may cost a try of the PIN");
        }
        try {
            checkAndLogin(session, token);
        } finally {
            underWay.set(false);
        }
    }

    private void checkAndLogin(Pkcs11Session session, TokenIdentity token) throws CustodyException {
        if (token.userPinLocked()) {
            throw new PinRefused(
                    "the user PIN of token '" + token.label() + "' is locked: have its security officer set a new one");
        }
        if (token.userPinFinalTry()) {
            throw new PinRefused(
                    "token '" + token.label()
                            + "' says that one more wrong PIN locks it, so no login is tried: log in once by hand with the right PIN, which clears the warning");
        }
        String identity = pinFile.identity();
        char[] pin = pinFile.read();
        try {
            ledger.begin(token.serial(), identity, token.userPinCountLow());
            login(session, token, pin, identity);
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    private void login(Pkcs11Session session, TokenIdentity token, char[] pin, String identity)
            throws CustodyException {
        try {
            session.login(pin);
            ledger.succeeded();
        } catch (PKCS11Exception e) {
            if (e.getErrorCode() == CKR_USER_ALREADY_LOGGED_IN) {
                ledger.succeeded();
            } else if (Ckr.pinRefused(e)) {
                ledger.refused(token.serial(), identity);
                throw new PinRefused("token '" + token.label() + "' refused the PIN in " + pinFile.path() + " ("
                        + Ckr.name(e) + "): it will not be tried again until that file is rewritten");
            } else {
                // The note stays: with some tokens a wrong PIN ends in such a code.
                throw new Unavailable("login to token '" + token.label() + "' failed: " + Ckr.name(e), e);
            }
        }
    }
}
