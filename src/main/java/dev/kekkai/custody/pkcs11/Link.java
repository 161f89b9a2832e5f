package dev.kekkai.custody.pkcs11;

/**
 * One stretch of time for which a token was there and logged in. Sessions and key handles belong to one of these and are no good in the next.
 *
 * @param generation grows with each login
 * @param initialisation of the module ({@link Cryptoki#initialisation}): handles of another one must not even be closed
 */
record Link(long generation, long initialisation, TokenIdentity token) {}
