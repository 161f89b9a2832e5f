package dev.kekkai.custody.pkcs11;

import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import org.jspecify.annotations.Nullable;

/** The session of one thread: opened when first needed, dropped at the first sign that it is not well, and not used beyond its {@link Link}. */
final class Desk {
    private final Cryptoki cryptoki;
    private final TokenLink link;
    private volatile @Nullable Pkcs11Session session;
    private @Nullable Link of;

    Desk(Cryptoki cryptoki, TokenLink link) {
        this.cryptoki = cryptoki;
        this.link = link;
    }

    Pkcs11Session session(Link in) throws PKCS11Exception {
        if (taken() && !in.equals(of)) {
            drop();
        }
        Pkcs11Session now = session;
        if (now == null) {
            now = open(in, false);
            session = now;
            of = in;
        }
        return now;
    }

    /** A read-write session, which the caller closes. */
    Pkcs11Session writingSession(Link in) throws PKCS11Exception {
        return open(in, true);
    }

    private Pkcs11Session open(Link in, boolean readWrite) throws PKCS11Exception {
        return cryptoki.openSession(in.token().slot(), readWrite, () -> link.current(in));
    }

    boolean taken() {
        return session != null;
    }

    /** Gives the session up, and closes it unless its handle has outlived the module's initialisation. Only from inside the module. */
    void drop() {
        Pkcs11Session lost = session;
        Link in = of;
        session = null;
        of = null;
        if (lost != null && in != null && in.initialisation() == cryptoki.initialisation()) {
            closeQuietly(lost);
        }
    }

    static void closeQuietly(Pkcs11Session session) {
        try {
            session.close();
        } catch (PKCS11Exception e) {
            // It is being given up; that it cannot be closed changes nothing.
        }
    }
}
