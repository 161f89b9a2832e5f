package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import org.jspecify.annotations.Nullable;

/**
 * Has a token that was known before once more: finds it, opens a session, logs in, and has proved that it holds the same keys.
 *
 * <p>The session stays open unused: when an application's last session closes, it is logged out (PKCS#11 v3.0 §5.6.3).
 */
final class Reopening implements Recovery.Attempt {
    private final Cryptoki cryptoki;
    private final TokenIdentity known;
    private final TokenLogin login;
    private final Proof proof;
    private @Nullable Pkcs11Session anchor;
    private long anchored;

    /** What has to hold of a token before anything is asked of it; throws why it does not. */
    interface Proof {
        void check(SessionWorkers inline) throws CustodyException;
    }

    Reopening(Cryptoki cryptoki, TokenIdentity known, TokenLogin login, Proof proof) {
        this.cryptoki = cryptoki;
        this.known = known;
        this.login = login;
        this.proof = proof;
    }

    @Override
    public TokenIdentity open(boolean afresh, Presence presence) throws CustodyException {
        if (afresh) {
            cryptoki.reinitialize();
        }
        goOn(presence);
        TokenIdentity token = cryptoki.again(known);
        goOn(presence);
        Pkcs11Session opened = session(token);
        boolean kept = false;
        try {
            goOn(presence);
            login.login(opened, token);
            proof.check(new InlineSessions(opened, presence));
            close();
            anchor = opened;
            anchored = cryptoki.initialisation();
            kept = true;
            return token;
        } finally {
            if (!kept) {
                Desk.closeQuietly(opened);
            }
        }
    }

    /** Another thread has taken over from one that was written off: it is to do nothing more. */
    private static void goOn(Presence presence) throws Unavailable {
        if (!presence.step()) {
            throw new Unavailable("the attempt took too long and was given up");
        }
    }

    private Pkcs11Session session(TokenIdentity token) throws Unavailable {
        try {
            // Nobody else logs in while this does.
            return cryptoki.openSession(token.slot(), false, () -> true);
        } catch (PKCS11Exception e) {
            throw new Unavailable("no session with token '" + token.label() + "' could be opened: " + Ckr.name(e), e);
        }
    }

    @Override
    public void close() {
        Pkcs11Session last = anchor;
        anchor = null;
        if (last != null && anchored == cryptoki.initialisation()) {
            Desk.closeQuietly(last);
        }
    }
}
