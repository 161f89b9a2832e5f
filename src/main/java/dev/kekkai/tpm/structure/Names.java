package dev.kekkai.tpm.structure;

/** Names and qualified names of entities (Part 1 §16 and §26.5). */
public final class Names {
    /** The longest, in bytes: algorithm and SHA-512. */
    public static final int MAX_LENGTH = 2 + HashAlg.MAX_LENGTH;

    private Names() {}

    /** {@code nameAlg ‖ digest}. */
    public static byte[] of(HashAlg nameAlg, byte[]... parts) {
        return new TpmWriter().u16(nameAlg.id()).bytes(nameAlg.digest(parts)).toBytes();
    }

    /** The qualified name of a primary object: {@code nameAlg ‖ digest(hierarchy handle ‖ name)}. It tells its hierarchy. */
    public static byte[] qualified(Hierarchy hierarchy, HashAlg nameAlg, byte[] name) {
        return of(nameAlg, hierarchy.entityName(), name);
    }
}
