package dev.kekkai.audit;

/**
 * The last record of a hash chain.
 *
 * @param seq its number; 0 before the first
 * @param hash 64 lower-case hexadecimal digits; zeros before the first
 */
public record ChainHead(long seq, String hash) {
    /** What the first record of a chain names as the one before. */
    public static final String NOTHING = "0".repeat(64);

    /** Before the first record. */
    public static final ChainHead NONE = new ChainHead(0, NOTHING);
}
