package dev.kekkai.batching;

/**
 * How much is done at once and how much may wait.
 *
 * <p>What needs an operation of its own (a single-layout open, a flight, each wrap when nothing is shared) is bounded tighter than what
 * shares one: 512 operations of a slow network HSM (5 ms, four at a time) are 0.64 s of work, which an apiserver still waits for.
 *
 * @param max DEKs that share one operation, from 1 (nothing is shared) to 1,024
 * @param lanes operations that wrap under way at once for one KEK version
 * @param operations under way at once in all; as many as the custodian works on at the same time
 * @param alone waiting requests of one keyring that need an operation of their own
 * @param together waiting requests of one keyring that share
 */
public record Capacity(int max, int lanes, int operations, int alone, int together) {
    /** The most leaves that a batch key ever seals. */
    public static final int MOST_LEAVES = 1024;

    private static final int ALONE = 512;
    private static final int TOGETHER = 2048;
    /** Keyrings that can fill their queues before there is no room for another one. */
    private static final int FULL_KEYRINGS = 2;
    /** What a keyring has for itself, whatever wait in the others: 32 of 512 and of 2,048. */
    private static final int ALONE_SHARE = 16;

    private static final int TOGETHER_SHARE = 64;

    public Capacity {
        if (max < 1 || max > MOST_LEAVES) {
            throw new IllegalArgumentException("a batch has 1 to " + MOST_LEAVES + " leaves, not " + max);
        }
        if (lanes < 1 || operations < 1 || alone < 1 || together < 1) {
            throw new IllegalArgumentException("every bound is at least 1");
        }
        // A lane that no session serves would only cut the next batch in two.
        lanes = Math.min(lanes, operations);
    }

    /** Requests that wait together share. */
    public static Capacity auto(int max, int lanes, int operations) {
        return new Capacity(max, lanes, operations, ALONE, TOGETHER);
    }

    /** Each DEK is sealed by an operation of its own. */
    public static Capacity off(int operations) {
        return new Capacity(1, operations, operations, ALONE, TOGETHER);
    }

    int aloneOverall() {
        return alone * FULL_KEYRINGS;
    }

    int togetherOverall() {
        return together * FULL_KEYRINGS;
    }

    /** Requests of each keyring that wait beside what is bounded overall, so that floods of some leave room for the one who comes next. */
    int reserved(boolean shares) {
        return shares ? together / TOGETHER_SHARE : alone / ALONE_SHARE;
    }
}
