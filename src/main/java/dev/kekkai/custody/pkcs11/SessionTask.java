package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;

/** Work for a session, done on the thread that owns it. May be run again if the session or the login turns out to be lost. */
@FunctionalInterface
interface SessionTask<T> {
    T on(Pkcs11Session session) throws PKCS11Exception, CustodyException;
}
