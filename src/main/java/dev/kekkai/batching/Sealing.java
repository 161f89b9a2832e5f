package dev.kekkai.batching;

import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.dek.DekException;
import dev.kekkai.envelope.AssociatedData;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.EnvelopeLength;
import dev.kekkai.envelope.Header;
import dev.kekkai.envelope.Layout;
import dev.kekkai.secret.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Seals for the wraps that took a lane together: one DEK itself, or a batch key for several.
 *
 * <p>If the custodian fails, all of them fail with its reason, and none is tried again alone. What the custodian was given is one header
 * and 32 random bytes, nothing that any of the requests brought, so the failure is never the fault of one of them; and trying each
 * alone would answer an HSM in trouble with up to 1,024 times the work. Who wants to try again does so with a batch key that did not exist before.
 */
final class Sealing implements Operation {
    private final List<Wrap> wraps;
    private final Workshop workshop;
    private final WrapQueue lane;
    private volatile @Nullable Begun begun;
    private volatile String operationId = "";

    /**
     * @param wraps of one KEK version, one or more
     * @param lane that it occupies
     */
    Sealing(List<Wrap> wraps, Workshop workshop, WrapQueue lane) {
        this.wraps = wraps;
        this.workshop = workshop;
        this.lane = lane;
    }

    /** What the custodian is at, and for whom; the batch key, if they share one. */
    private record Begun(
            List<Wrap> wraps, Header header, @Nullable Secret batchKey, CompletableFuture<SealedBox> stage) {}

    @Override
    public CompletableFuture<?> begin() {
        List<Wrap> wanted = new ArrayList<>(wraps.size());
        for (Wrap wrap : wraps) {
            wrap.joins(this);
            if (wrap.stillWanted()) {
                wanted.add(wrap);
            }
        }
        if (wanted.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Begun now = ask(wanted);
        begun = now;
        left();
        return now.stage();
    }

    private Begun ask(List<Wrap> wanted) {
        WrapOrder first = wanted.getFirst().order();
        Kek kek = first.kek();
        Secret batchKey = wanted.size() == 1 ? null : randomKey();
        Header header = new Header(batchKey == null ? Layout.SINGLE : Layout.BATCH, kek.mechanism(), kek.version());
        CompletableFuture<SealedBox> stage;
        try {
            first.use().take();
            operationId = workshop.operations().next();
            stage = workshop.seal(kek, AssociatedData.box(header), batchKey == null ? first.dek() : batchKey);
        } catch (DekException | RuntimeException | Error e) {
            stage = CompletableFuture.failedFuture(e);
        }
        return new Begun(wanted, header, batchKey, stage);
    }

    private Secret randomKey() {
        byte[] key = new byte[EnvelopeLength.BATCH_KEY];
        workshop.random().nextBytes(key);
        return Secret.owning(key);
    }

    @Override
    public String operationId() {
        return operationId;
    }

    @Override
    public void left() {
        Begun now = begun;
        if (now != null && now.wraps().stream().allMatch(CompletableFuture::isDone)) {
            now.stage().cancel(false);
        }
    }

    @Override
    public void release() {
        lane.freeLane();
    }

    @Override
    public void end() {
        Begun now = begun;
        if (now == null) {
            return;
        }
        Secret batchKey = now.batchKey();
        if (now.stage().state() != CompletableFuture.State.SUCCESS) {
            if (batchKey != null) {
                batchKey.close();
            }
            fail(Operation.reason(now.stage()));
        } else if (batchKey == null) {
            answerOne(now);
        } else {
            workshop.threads().run(now.wraps().size(), cipher -> answerAll(now, batchKey, cipher));
        }
    }

    private static void answerOne(Begun now) {
        try {
            SealedBox box = now.stage().resultNow();
            now.wraps().getFirst().complete(new Envelope.Single(now.header(), box.iv(), box.box()).encode());
        } catch (RuntimeException | Error e) {
            now.wraps().getFirst().completeExceptionally(e);
        }
    }

    /** Seals all leaves, destroys the key, and only then answers, because answering takes longer than all the rest. */
    private void answerAll(Begun now, Secret batchKey, LeafCipher cipher) {
        List<Runnable> answers;
        try (batchKey) {
            answers = new Leaves(now.header(), now.stage().resultNow(), workshop.random())
                    .seal(now.wraps(), batchKey, cipher);
        } catch (RuntimeException | Error e) {
            fail(e);
            return;
        }
        answers.forEach(Runnable::run);
    }

    @Override
    public void fail(Throwable reason) {
        wraps.forEach(wrap -> wrap.completeExceptionally(reason));
    }
}
