package dev.kekkai.authority;

import dev.kekkai.store.ChainEntry;
import dev.kekkai.store.SeenHead;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.UUID;

/**
 * An entry of the authority chain.
 *
 * @param chain which chain
 * @param serial its place, from 1
 * @param previous hash of the entry before, 32 bytes; zero in the first
 * @param at when it was written
 * @param statement what it says
 */
record Entry(UUID chain, long serial, byte[] previous, Instant at, Statement statement) {
    static final int HASH_BYTES = 32;
    private static final String DOMAIN = "kekkai/authority/1";

    byte[] encode() {
        StatementCodec.Encoded said = StatementCodec.encode(statement);
        return new Canonical()
                .prefixed(DOMAIN)
                .uuid(chain)
                .u64(serial)
                .fixed(previous)
                .time(at)
                .prefixed(said.kind())
                .prefixed(said.body())
                .bytes();
    }

    static Entry decode(byte[] bytes) throws MalformedEntryException {
        CanonicalReader in = new CanonicalReader(bytes);
        if (!in.ascii().equals(DOMAIN)) {
            throw new MalformedEntryException("it does not begin with " + DOMAIN);
        }
        UUID chain = in.uuid();
        long serial = in.u64();
        byte[] previous = in.fixed(HASH_BYTES);
        Instant at = in.time();
        String kind = in.ascii();
        byte[] body = in.prefixed();
        in.end();
        return new Entry(chain, serial, previous, at, StatementCodec.decode(kind, body));
    }

    ChainEntry stored() {
        return new ChainEntry(serial, encode());
    }

    /** Where the chain is once this entry is its last. */
    SeenHead head() {
        return new SeenHead(chain, serial, hash(encode()));
    }

    static byte[] hash(byte[] entry) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(entry);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
