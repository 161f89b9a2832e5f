package dev.kekkai.envelope;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What is authenticated beside each ciphertext. Every purpose has a domain of its own, so that nothing sealed for one opens for another.
 *
 * <p>That is what keeps canaries harmless. A canary is stored with a version and has a plaintext that everybody knows; if it opened as a
 * DEK, a thief of the database who can write etcd would own a valid envelope with known content, and could make the apiserver accept
 * data, and encrypt more, under a DEK that he knows. The same goes for what probes seal.
 */
public final class AssociatedData {
    private AssociatedData() {}

    /** {@code "kekkai/env/1" ‖ header}: of the box of an envelope, whether it holds a DEK or a batch key. 31 bytes. */
    public static byte[] box(Header header) {
        return join("kekkai/env/1", header.encode());
    }

    /**
     * {@code "kekkai/canary/1" ‖ header}: of the box of a canary, which proves at a start which key a version has. It has the form of a
     * {@link Envelope.Single}. 34 bytes.
     */
    public static byte[] canary(Header header) {
        return join("kekkai/canary/1", header.encode());
    }

    /** {@code "kekkai/probe/1" ‖ header}: of what a health probe seals and opens again; it is never stored. 33 bytes. */
    public static byte[] probe(Header header) {
        return join("kekkai/probe/1", header.encode());
    }

    /** {@code "kekkai/leaf/1"} ‖ everything before the leaf's ciphertext, from header to leaf IV: of the leaf of a batch envelope. */
    public static byte[] leaf(Header header, byte[] iv, byte[] box, byte[] leafIv) {
        return join("kekkai/leaf/1", EnvelopeWriter.write(header, iv, box, leafIv));
    }

    /** The same, of an envelope that is there already. */
    public static byte[] leaf(Envelope.Batch envelope) {
        return leaf(envelope.header(), envelope.iv(), envelope.box(), envelope.leafIv());
    }

    private static byte[] join(String domain, byte[] rest) {
        byte[] prefix = domain.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(prefix.length + rest.length)
                .put(prefix)
                .put(rest)
                .array();
    }
}
