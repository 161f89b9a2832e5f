package dev.kekkai.store.sql;

/** What may be done to a database whose schema is older than this binary's. One that is newer is never touched. */
public enum SchemaChange {
    /** It is brought forward: for the server, and for commands that change something. */
    FORWARD,
    /** It is refused: for commands that only look. A database without any schema gets one, since there is nothing in it. */
    ONLY_IF_EMPTY
}
