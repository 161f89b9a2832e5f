package dev.kekkai.batching;

import dev.kekkai.envelope.EnvelopeLength;
import dev.kekkai.envelope.Layout;
import dev.kekkai.envelope.Mechanism;

/** A DEK that waits to be wrapped; the answer is its envelope. */
final class Wrap extends Pending<byte[]> {
    /**
     * Bytes of an envelope that shares, at most: what kube-apiserver accepts of a v2 plugin. A longer DEK is wrapped alone, which keeps
     * batches small in memory too.
     */
    private static final int LONGEST_SHARED = 1024;

    private final WrapOrder order;

    Wrap(WrapOrder order) {
        super(order.deadline());
        this.order = order;
    }

    WrapOrder order() {
        return order;
    }

    /** Whether its envelope may have the batch layout, however long the custodian's IV is. */
    boolean fitsBatch() {
        Mechanism mechanism = order.kek().mechanism();
        int dek = order.dek().length();
        int longestIv =
                switch (mechanism) {
                    case AES_GCM, AES_CBC_HMAC -> 16;
                    case TPM_HMAC_GCM -> 32;
                };
        return dek >= 1
                && dek <= LONGEST_SHARED
                && EnvelopeLength.of(Layout.BATCH, mechanism, longestIv, dek) <= LONGEST_SHARED;
    }
}
