package dev.kekkai.custody.pkcs11;

/** The rungs of the failure ladder: what a {@code CK_RV} says about who or what failed, and with it what answers it (docs/failure-modes.md). */
enum Rung {
    /** The session, or a handle resolved in it, is no more: a new session, and one more try. */
    SESSION_LOST,
    /** Nobody is logged in any more: one login for all sessions, and one more try. */
    LOGIN_LOST,
    /** The token or the module is gone: nobody is let in until it is back and proved to be the same. */
    TOKEN_GONE,
    /** The token gives no more sessions: whoever has one does the work. */
    NO_SESSION_FREE,
    /** The token is well and does not do this with what it was given: this request fails, and nothing follows from it. */
    OF_THE_CALL,
    /** The code alone does not tell: this request fails, and many of them in a row mean that the token is gone. */
    UNCLEAR
}
