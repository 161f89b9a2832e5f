package dev.kekkai.testing.custody;

import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.secret.Secret;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** An HSM whose every operation waits until it is let go, and which remembers what it was given: the arrays themselves, not copies. */
public final class HeldHsm implements KeyCustodian {
    private final MemoryHsm hsm;
    private final List<Held<?>> held = new CopyOnWriteArrayList<>();
    private volatile boolean free;

    public HeldHsm(MemoryHsm hsm) {
        this.hsm = hsm;
    }

    /** An operation that was asked for. */
    public static final class Held<T> {
        private final Kek kek;
        private final byte[] given;
        private final byte[] copy;
        private final Thread thread = Thread.currentThread();
        private final CompletableFuture<T> stage = new CompletableFuture<>();
        private final Supplier<CompletionStage<T>> work;

        private Held(Kek kek, byte[] given, Supplier<CompletionStage<T>> work) {
            this.kek = kek;
            this.given = given;
            this.copy = given.clone();
            this.work = work;
        }

        public Kek kek() {
            return kek;
        }

        /** The array that was to be sealed, or the box that was to be opened. */
        public byte[] given() {
            return given;
        }

        /** What was in it when it was given. */
        public byte[] copy() {
            return copy;
        }

        /** That asked. */
        public Thread thread() {
            return thread;
        }

        public CompletableFuture<T> stage() {
            return stage;
        }

        /** Does the work now, in the calling thread. */
        public void letGo() {
            try {
                stage.complete(work.get().toCompletableFuture().join());
            } catch (RuntimeException e) {
                stage.completeExceptionally(e.getCause() == null ? e : e.getCause());
            }
        }

        public void fail(Throwable reason) {
            stage.completeExceptionally(reason);
        }
    }

    /** From now on nothing waits. */
    public void free() {
        free = true;
        held.stream().filter(operation -> !operation.stage().isDone()).forEach(Held::letGo);
    }

    /** All operations that were asked for, in order. */
    public List<Held<?>> operations() {
        return held;
    }

    /** The last of them. */
    public Held<?> last() {
        return held.getLast();
    }

    /** How many of them nobody has let go, failed or cancelled. */
    public long waiting() {
        return held.stream().filter(operation -> !operation.stage().isDone()).count();
    }

    @Override
    public CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
        return hold(new Held<>(kek, plaintext.lent(), () -> hsm.seal(kek, associatedData, plaintext)));
    }

    @Override
    public CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox box) {
        return hold(new Held<>(kek, box.box(), () -> hsm.open(kek, associatedData, box)));
    }

    private <T> CompletionStage<T> hold(Held<T> operation) {
        held.add(operation);
        if (free) {
            operation.letGo();
        }
        return operation.stage();
    }
}
