package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_USER_ALREADY_LOGGED_IN;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.PinRefused;
import dev.kekkai.custody.CustodyException.Unavailable;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** Logs the user in to a token: one {@code C_Login} for all sessions of the process, and never a second try of a refused PIN. */
final class TokenLogin {
    private static final int MOST_UNCLEAR = 3;
    private static final Duration FIRST_WAIT = Duration.ofMinutes(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);

    private final PinFile pinFile;
    private final PinLedger ledger;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private final Backoff afterUnclear;
    private int unclear;
    private long notBefore;

    TokenLogin(PinFile pinFile, PinLedger ledger) {
        this(pinFile, ledger, new Backoff(FIRST_WAIT, LONGEST_WAIT, new SecureRandom()));
    }

    /** @param afterUnclear how long to wait after logins whose answers do not tell whether the PIN was judged */
    TokenLogin(PinFile pinFile, PinLedger ledger, Backoff afterUnclear) {
        this.pinFile = pinFile;
        this.ledger = ledger;
        this.afterUnclear = afterUnclear;
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
        if (unclear >= MOST_UNCLEAR && System.nanoTime() - notBefore < 0) {
            throw new Unavailable(unclear + " logins to token '" + token.label()
                    + "' in a row had an answer that does not tell whether the PIN was wrong, so the next one waits: look at "
                    + pinFile.path() + " and at the HSM's own log");
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
            answered();
            ledger.succeeded();
        } catch (PKCS11Exception e) {
            if (e.getErrorCode() == CKR_USER_ALREADY_LOGGED_IN) {
                answered();
                ledger.succeeded();
            } else if (Ckr.pinRefused(e)) {
                ledger.refused(token.serial(), identity);
                throw new PinRefused("token '" + token.label() + "' refused the PIN in " + pinFile.path() + " ("
                        + Ckr.name(e) + "): it will not be tried again until that file is rewritten");
            } else {
                // The note stays, and they become rare: with some tokens a wrong PIN ends in such a code.
                if (Ckr.aboutTheQuestion(e) && ++unclear >= MOST_UNCLEAR) {
                    notBefore = System.nanoTime() + afterUnclear.next().toNanos();
                }
                throw new Unavailable("login to token '" + token.label() + "' failed: " + Ckr.name(e), e);
            }
        }
    }

    private void answered() {
        unclear = 0;
        afterUnclear.reset();
    }
}
