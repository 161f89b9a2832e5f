package dev.kekkai.tpm.session;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.crypto.Kdf;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.TpmWriter;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A session that the TPM keeps, and our half of it: the session key and the last nonce of each side, which are new with every command
 * (Part 1 §19.6). Closing it flushes it and destroys the key. One thread at a time.
 */
public final class AuthSession implements AutoCloseable {
    /** Bits of AES for parameters, in CFB mode. */
    public static final int KEY_BITS = 128;

    private static final int IV_BITS = 128;

    private final int handle;
    private final HashAlg hash;
    private final Secret sessionKey;
    private final Flush flush;
    private byte[] nonceCaller;
    private byte[] nonceTpm;
    private boolean closed;

    /** How the TPM is told to forget it. */
    @FunctionalInterface
    public interface Flush {
        void flush(int handle) throws TpmException;
    }

    /** @param salt empty for a session without; borrowed */
    public AuthSession(int handle, HashAlg hash, Secret salt, byte[] nonceCaller, byte[] nonceTpm, Flush flush) {
        this.handle = handle;
        this.hash = hash;
        this.sessionKey = salt.length() == 0
                ? Secret.owning(new byte[0])
                : Kdf.a(hash, salt.lent(), "ATH", nonceTpm, nonceCaller, 8 * hash.length());
        this.nonceCaller = nonceCaller;
        this.nonceTpm = nonceTpm;
        this.flush = flush;
    }

    /** To authorise an entity without an authorisation value, or none at all. */
    public SessionUse use() {
        return use(Secret.owning(new byte[0]));
    }

    /** To authorise an entity with an authorisation value, which is borrowed until the command was run. */
    public SessionUse use(Secret authValue) {
        return new SessionUse(this, authValue, SessionUse.CONTINUE);
    }

    public int handle() {
        return handle;
    }

    /** Of its HMACs, and of its policy digest. */
    public HashAlg hash() {
        return hash;
    }

    boolean salted() {
        return sessionKey.length() != 0;
    }

    byte[] nonceCaller() {
        return nonceCaller;
    }

    byte[] nonceTpm() {
        return nonceTpm;
    }

    /** A new nonce of ours: once for each command, before anything is computed. */
    void rollCaller(SecureRandom random) {
        nonceCaller = new byte[hash.length()];
        random.nextBytes(nonceCaller);
    }

    void rolledTpm(byte[] nonce) {
        nonceTpm = nonce;
    }

    /** HMAC under sessionKey ‖ authValue; empty for a policy session without a salt, for it has no key (Part 1 §19.6.5). */
    byte[] hmac(Secret authValue, byte[]... parts) {
        byte[] key = key(authValue);
        try {
            return key.length == 0 ? key : Kdf.hmac(hash, key, parts);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Key and IV for one parameter (Part 1 §21.3); whoever gets them destroys them. */
    Secret parameterKey(Secret authValue, byte[] nonceNewer, byte[] nonceOlder) {
        byte[] key = key(authValue);
        try {
            return Kdf.a(hash, key, "CFB", nonceNewer, nonceOlder, KEY_BITS + IV_BITS);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Trailing zeros of an authorisation value do not count (Part 1 §19.6.4.3). */
    private byte[] key(Secret authValue) {
        byte[] value = authValue.lent();
        int length = value.length;
        while (length > 0 && value[length - 1] == 0) {
            length--;
        }
        byte[] key = Arrays.copyOf(sessionKey.lent(), sessionKey.length() + length);
        System.arraycopy(value, 0, key, sessionKey.length(), length);
        return key;
    }

    /** The name of a session is its handle. */
    public byte[] name() {
        return new TpmWriter().u32(handle).toBytes();
    }

    @Override
    public void close() throws TpmException {
        if (!closed) {
            closed = true;
            sessionKey.destroy();
            flush.flush(handle);
        }
    }
}
