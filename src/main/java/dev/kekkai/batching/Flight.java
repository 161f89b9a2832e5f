package dev.kekkai.batching;

import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.AssociatedData;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.EnvelopeLength;
import dev.kekkai.secret.Secret;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/**
 * One open of a box for all who want it while it waits and while it is under way. With its end it is forgotten, and so are its key and
 * its failure: what comes later asks the custodian anew.
 *
 * <p>Everybody who joined was authorised for the version before, and gets exactly what the custodian would have told it alone: the box and
 * its associated data are the same bytes for all. The leaf is its own.
 */
final class Flight implements OpenQueue.Waiting {
    private final Kek kek;
    private final BoxId id;
    private final OpenQueue queue;
    private final Workshop workshop;
    private final ReentrantLock lock;
    private final List<Joined> joined = new ArrayList<>();
    private boolean closed;
    private volatile @Nullable CompletableFuture<Secret> stage;
    private volatile String operationId = "";

    Flight(Kek kek, BoxId id, Joined first, OpenQueue queue, Workshop workshop) {
        this.kek = kek;
        this.id = id;
        this.queue = queue;
        this.workshop = workshop;
        this.lock = workshop.lock();
        add(first);
    }

    BoxId id() {
        return id;
    }

    /** Under the lock, like all that looks at who joined. */
    boolean add(Joined another) {
        another.joins(this);
        return joined.add(another);
    }

    private List<Joined> passengers() {
        lock.lock();
        try {
            return List.copyOf(joined);
        } finally {
            lock.unlock();
        }
    }

    /** Closes it if nobody is left; answers whether it is closed. */
    private boolean closedIfUnwanted() {
        lock.lock();
        try {
            if (!closed && joined.stream().allMatch(CompletableFuture::isDone)) {
                release();
            }
            return closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<?> begin() {
        List<Joined> passengers = passengers();
        passengers.forEach(Pending::stillWanted);
        if (closedIfUnwanted()) {
            return CompletableFuture.completedFuture(null);
        }
        Envelope.Batch envelope = passengers.getFirst().envelope();
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
        if (closedIfUnwanted() && asked != null) {
            asked.cancel(false);
        }
    }

    @Override
    public void release() {
        if (!closed) {
            closed = true;
            queue.forget(this, joined.size() - 1);
        }
    }

    @Override
    public void end() {
        CompletableFuture<Secret> asked = stage;
        if (asked == null) {
            return;
        }
        if (asked.state() != CompletableFuture.State.SUCCESS) {
            fail(Operation.reason(asked));
            return;
        }
        List<Joined> passengers = passengers();
        Secret batchKey = asked.resultNow();
        workshop.threads().run(passengers.size(), cipher -> answerAll(passengers, batchKey, cipher));
    }

    /** Opens all leaves, destroys the key, and only then answers. */
    private void answerAll(List<Joined> passengers, Secret batchKey, LeafCipher cipher) {
        List<Runnable> answers = new ArrayList<>(passengers.size());
        try (batchKey;
                cipher) {
            if (batchKey.length() != EnvelopeLength.BATCH_KEY) {
                throw new NotAuthentic("the box of the batch holds no key of " + EnvelopeLength.BATCH_KEY + " bytes");
            }
            LeafKey key = new LeafKey(batchKey);
            for (Joined passenger : passengers) {
                if (!passenger.isDone()) {
                    answers.add(open(passenger, key, cipher));
                }
            }
        } catch (NotAuthentic | RuntimeException | Error e) {
            passengers.forEach(passenger -> passenger.completeExceptionally(e));
        }
        answers.forEach(Runnable::run);
    }

    private static Runnable open(Joined passenger, LeafKey key, LeafCipher cipher) {
        Envelope.Batch envelope = passenger.envelope();
        try {
            Secret dek = cipher.open(key, envelope.leafIv(), AssociatedData.leaf(envelope), envelope.leaf());
            return () -> {
                if (!passenger.complete(dek)) {
                    dek.close();
                }
            };
        } catch (AEADBadTagException e) {
            return () -> passenger.completeExceptionally(new NotAuthentic(
                    "the leaf does not open under the key of its batch: it was changed after it was made"));
        } catch (GeneralSecurityException | RuntimeException e) {
            return () -> passenger.completeExceptionally(e);
        }
    }

    @Override
    public boolean unwanted() {
        return closedIfUnwanted();
    }

    @Override
    public void fail(Throwable reason) {
        passengers().forEach(passenger -> passenger.completeExceptionally(reason));
    }
}
