package dev.kekkai.envelope;

import java.util.Arrays;

/**
 * A wrapped DEK as etcd keeps it. Values: arrays are copied on the way in and out, and two envelopes are equal if their bytes are.
 *
 * <p>Whatever is constructed has the lengths that its mechanism demands, so {@link #parse} reads whatever {@link #encode} writes. That
 * says nothing about authenticity: only opening the box does.
 */
public sealed interface Envelope {
    /** Format, layout, mechanism and KEK version. */
    Header header();

    /** The custodian's IV: 12 or 16 bytes ({@link Mechanism#AES_GCM}), 16 ({@link Mechanism#AES_CBC_HMAC}), 32 ({@link Mechanism#TPM_HMAC_GCM}: the salt). */
    byte[] iv();

    /** What the custodian sealed, with its authenticator, under {@link AssociatedData#box}. */
    byte[] box();

    /** A new array of the whole envelope. */
    byte[] encode();

    /**
     * Reads an envelope that comes from anywhere. Never allocates more than the input's own length for its fields.
     *
     * @param bytes all of it and nothing else
     * @throws MalformedEnvelopeException if it is not exactly one envelope of a version, layout and mechanism known here
     */
    static Envelope parse(byte[] bytes) throws MalformedEnvelopeException {
        return new EnvelopeReader(bytes).read();
    }

    /** The box holds the DEK itself. */
    record Single(Header header, byte[] iv, byte[] box) implements Envelope {
        /** @throws IllegalArgumentException if the header is a batch's, or a length is none that the mechanism has */
        public Single {
            checkLengths(Layout.SINGLE, header, iv, box);
            iv = iv.clone();
            box = box.clone();
        }

        @Override
        public byte[] iv() {
            return iv.clone();
        }

        @Override
        public byte[] box() {
            return box.clone();
        }

        @Override
        public byte[] encode() {
            return EnvelopeWriter.write(header, iv, box);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Single that && Arrays.equals(encode(), that.encode());
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(encode());
        }

        @Override
        public String toString() {
            return "Single[" + header + ", box of " + box.length + " bytes]";
        }
    }

    /**
     * The box holds a batch key of 32 bytes, and the DEK is sealed under that: AES-256-GCM with a 16-byte tag at its end.
     *
     * @param leafIv 12 bytes
     * @param leaf from 17 to 65,535 bytes, under {@link AssociatedData#leaf}
     */
    record Batch(Header header, byte[] iv, byte[] box, byte[] leafIv, byte[] leaf) implements Envelope {
        /** @throws IllegalArgumentException if the header is a single's, or a length is none that the mechanism has */
        public Batch {
            checkLengths(Layout.BATCH, header, iv, box);
            if (leafIv.length != EnvelopeLength.LEAF_IV || !EnvelopeLength.leafFits(leaf.length)) {
                throw new IllegalArgumentException(
                        "no leaf has an IV of " + leafIv.length + " and " + leaf.length + " bytes");
            }
            iv = iv.clone();
            box = box.clone();
            leafIv = leafIv.clone();
            leaf = leaf.clone();
        }

        @Override
        public byte[] iv() {
            return iv.clone();
        }

        @Override
        public byte[] box() {
            return box.clone();
        }

        @Override
        public byte[] leafIv() {
            return leafIv.clone();
        }

        @Override
        public byte[] leaf() {
            return leaf.clone();
        }

        @Override
        public byte[] encode() {
            return EnvelopeWriter.write(header, iv, box, leafIv, leaf);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Batch that && Arrays.equals(encode(), that.encode());
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(encode());
        }

        @Override
        public String toString() {
            return "Batch[" + header + ", leaf of " + leaf.length + " bytes]";
        }
    }

    private static void checkLengths(Layout layout, Header header, byte[] iv, byte[] box) {
        if (header.layout() != layout
                || !EnvelopeLength.ivFits(header.mechanism(), iv.length)
                || !EnvelopeLength.boxFits(layout, header.mechanism(), box.length)) {
            throw new IllegalArgumentException(
                    header + " does not go with an IV of " + iv.length + " and a box of " + box.length + " bytes");
        }
    }
}
