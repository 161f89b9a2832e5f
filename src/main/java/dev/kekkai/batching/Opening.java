package dev.kekkai.batching;

import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.AssociatedData;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.secret.Secret;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Opens an envelope of the single layout: what the custodian yields is the answer. */
final class Opening implements OpenQueue.Waiting {
    private final Kek kek;
    private final Envelope.Single envelope;
    private final Pending<Secret> answer;
    private final Workshop workshop;
    private volatile @Nullable CompletableFuture<Secret> stage;
    private volatile String operationId = "";

    Opening(Kek kek, Envelope.Single envelope, Pending<Secret> answer, Workshop workshop) {
        this.kek = kek;
        this.envelope = envelope;
        this.answer = answer;
        this.workshop = workshop;
    }

    @Override
    public CompletableFuture<?> begin() {
        answer.joins(this);
        if (!answer.stillWanted()) {
            return CompletableFuture.completedFuture(null);
        }
        operationId = workshop.operations().next();
        CompletableFuture<Secret> asked =
                workshop.open(kek, AssociatedData.box(envelope.header()), new SealedBox(envelope.iv(), envelope.box()));
        stage = asked;
        left();
        return asked;
    }

    @Override
    public String operationId() {
        return operationId;
    }

    @Override
    public void left() {
        CompletableFuture<Secret> asked = stage;
        if (asked != null && answer.isDone()) {
            asked.cancel(false);
        }
    }

    @Override
    public void release() {
        // It occupies nothing but its turn.
    }

    @Override
    public void end() {
        CompletableFuture<Secret> asked = stage;
        if (asked == null) {
            return;
        }
        if (asked.state() != CompletableFuture.State.SUCCESS) {
            answer.completeExceptionally(Operation.reason(asked));
        } else if (!answer.complete(asked.resultNow())) {
            asked.resultNow().close();
        }
    }

    @Override
    public boolean unwanted() {
        return answer.isDone();
    }

    @Override
    public void fail(Throwable reason) {
        answer.completeExceptionally(reason);
    }
}
