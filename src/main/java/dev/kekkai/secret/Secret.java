package dev.kekkai.secret;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Function;
import javax.security.auth.Destroyable;

/**
 * Raw key bytes (a DEK, a batch key) with an owner who destroys them. {@link #close} zeroes; afterwards every access throws.
 *
 * <p>Whoever is handed a {@code Secret} as an argument only borrows it; whoever gets one as a result owns it. Equality and
 * {@link #toString} do not look inside. Not thread-safe: one owner at a time.
 */
public final class Secret implements Destroyable, AutoCloseable {
    private final byte[] bytes;
    private volatile boolean destroyed;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array itself, not a copy: from here on it belongs to the secret and is zeroed with it. */
    public static Secret owning(byte[] bytes) {
        return new Secret(bytes);
    }

    /** Length in bytes. */
    public int length() {
        return bytes.length;
    }

    /**
     * Lends the bytes for the time of one call; they must not be kept.
     *
     * @throws IllegalStateException if destroyed
     */
    public <T> T lend(Function<byte[], T> borrower) {
        return borrower.apply(lent());
    }

    /**
     * The bytes themselves, on loan: not to be kept, not to be changed. For calls that throw checked exceptions.
     *
     * @throws IllegalStateException if destroyed
     */
    public byte[] lent() {
        if (destroyed) {
            throw new IllegalStateException("this secret was destroyed");
        }
        return bytes;
    }

    /** Compares in constant time for equal lengths (MessageDigest.isEqual). */
    public boolean sameAs(byte[] other) {
        return MessageDigest.isEqual(lent(), other);
    }

    @Override
    public void destroy() {
        destroyed = true; // first: nobody borrows what is being zeroed
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    @Override
    public void close() {
        destroy();
    }

    @Override
    public String toString() {
        return "Secret[" + bytes.length + " bytes]";
    }
}
