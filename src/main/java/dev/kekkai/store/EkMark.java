package dev.kekkai.store;

/**
 * What an EK is told by.
 *
 * @param kind what was hashed
 * @param hex lower case
 */
public record EkMark(Kind kind, String hex) {
    /** The same EK can be marked by either; whoever knows both, gives both. */
    public enum Kind {
        /** The TPM's name of its public area. */
        NAME,
        /** SHA-256 of its SubjectPublicKeyInfo. */
        SPKI
    }
}
