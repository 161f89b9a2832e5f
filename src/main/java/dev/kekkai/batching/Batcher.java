package dev.kekkai.batching;

import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.dek.Deadline;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.secret.Secret;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wraps and unwraps with as few operations of the custodian as the requests that come at the same time allow.
 *
 * <p>No method blocks. Stages fail with a {@link dev.kekkai.dek.DekException} where the fault was found here (overload, a deadline, no use
 * left), with a {@link dev.kekkai.custody.CustodyException} where the custodian failed. A stage may be cancelled; that ends it for its own request
 * alone, and the custodian is relieved of what nobody wants any more.
 */
public final class Batcher implements AutoCloseable {
    private final Workshop workshop;
    private final Dispatch dispatch;

    public Batcher(KeyCustodian custodian, Capacity capacity) {
        this(custodian, capacity, new SecureRandom());
    }

    /** For tests that watch what is drawn. */
    Batcher(KeyCustodian custodian, Capacity capacity, SecureRandom random) {
        workshop = new Workshop(custodian, new LeafThreads(), random, new ReentrantLock(), new OperationIds());
        dispatch = new Dispatch(capacity, workshop);
    }

    /**
     * Wraps a DEK.
     *
     * @return the encoded envelope
     */
    public CompletableFuture<byte[]> wrap(WrapOrder order) {
        Wrap wrap = new Wrap(order);
        Kek kek = order.kek();
        dispatch.submit(kek.lineage(), wrap, line -> line.wraps(kek.version()).add(wrap));
        return wrap;
    }

    /**
     * Unwraps an envelope.
     *
     * @param kek the version that the envelope names, checked to be the caller's and to be usable
     * @param deadline after which no work is to be begun for this caller
     * @return the DEK, which belongs to the caller
     */
    public CompletableFuture<Secret> unwrap(Kek kek, Envelope envelope, Deadline deadline) {
        return switch (envelope) {
            case Envelope.Single single -> {
                Pending<Secret> alone = new Pending<>(deadline);
                dispatch.submit(kek.lineage(), alone, line -> line.opens().add(kek, single, alone));
                yield alone;
            }
            case Envelope.Batch batch -> {
                Joined joined = new Joined(batch, deadline);
                BoxId id = BoxId.of(batch);
                dispatch.submit(kek.lineage(), joined, line -> line.opens().join(kek, id, joined));
                yield joined;
            }
        };
    }

    /**
     * Which operation of the custodian an answer is part of: the same id for all that share it.
     *
     * @param answer what {@link #wrap} or {@link #unwrap} gave
     * @return 16 hexadecimal digits, or empty while the custodian was not asked
     */
    public static String operationOf(CompletableFuture<?> answer) {
        return answer instanceof Pending<?> pending ? pending.operationId() : "";
    }

    /** Fails what waits with {@link dev.kekkai.dek.DekException.Unavailable} and refuses what comes. */
    @Override
    public void close() {
        dispatch.close();
        workshop.threads().close();
    }
}
