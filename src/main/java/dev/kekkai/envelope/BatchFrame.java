package dev.kekkai.envelope;

/** Lays out the envelopes of one batch, which differ only in leaf IV and leaf; each is written once, in its place. Not thread-safe. */
public final class BatchFrame {
    private static final int TAG = 16;

    private final byte[] associatedData;
    private final int leafAt;

    /**
     * @throws IllegalArgumentException if the header is a single's, or a length is none that the mechanism has
     */
    public BatchFrame(Header header, byte[] iv, byte[] box) {
        byte[] leafIv = new byte[EnvelopeLength.LEAF_IV];
        // A batch with the shortest leaf, so that its rules are checked where they are written.
        Envelope.Batch checked = new Envelope.Batch(header, iv, box, leafIv, new byte[TAG + 1]);
        associatedData = AssociatedData.leaf(checked);
        leafAt = EnvelopeLength.beforeLeaf(iv.length, box.length);
    }

    /**
     * A new array with the envelope up to its leaf, and room for that from {@link #leafAt} on: a DEK's ciphertext and its tag.
     *
     * @param leafIv 12 bytes
     * @param dekLength from 1 to what {@link EnvelopeLength#maxDek} allows
     */
    public byte[] envelope(byte[] leafIv, int dekLength) {
        System.arraycopy(
                leafIv, 0, associatedData, associatedData.length - EnvelopeLength.LEAF_IV, EnvelopeLength.LEAF_IV);
        byte[] envelope = new byte[leafAt + dekLength + TAG];
        System.arraycopy(associatedData, associatedData.length - leafAt, envelope, 0, leafAt);
        return envelope;
    }

    /** {@link AssociatedData#leaf} of the envelope that was laid out last; valid until the next one is. */
    public byte[] associatedData() {
        return associatedData;
    }

    /** Where in each envelope the leaf begins. */
    public int leafAt() {
        return leafAt;
    }
}
