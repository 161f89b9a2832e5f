package dev.kekkai.batching;

import dev.kekkai.dek.Deadline;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.secret.Secret;

/** An open of a leaf that waits for the box of its batch. */
final class Joined extends Pending<Secret> {
    private final Envelope.Batch envelope;

    Joined(Envelope.Batch envelope, Deadline deadline) {
        super(deadline);
        this.envelope = envelope;
    }

    Envelope.Batch envelope() {
        return envelope;
    }
}
