package dev.kekkai.testing.custody;

import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.Provenance;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.authority.MemorySigningKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** An HSM that answers a number of calls and is gone after that, until it comes back. */
public final class LosableHsm implements KeyCustodian, KekInventory {
    private final MemoryHsm hsm;
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

    public LosableHsm(MemoryHsm hsm) {
        this.hsm = hsm;
    }

    /** Answers that many more calls, then none. */
    public void goneAfter(int calls) {
        left.set(calls);
    }

    public void back() {
        left.set(Integer.MAX_VALUE);
    }

    /** Has a signing key be in this HSM too. */
    public MemorySigningKey with(MemorySigningKey key) {
        key.failing(() -> left.getAndDecrement() > 0
                ? Optional.empty()
                : Optional.of(new Unavailable("the HSM answered CKR_DEVICE_REMOVED")));
        return key;
    }

    private <T> CompletionStage<T> unlessGone(Supplier<CompletionStage<T>> call) {
        return left.getAndDecrement() > 0
                ? call.get()
                : CompletableFuture.failedFuture(new Unavailable("the HSM answered CKR_DEVICE_REMOVED"));
    }

    @Override
    public CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
        return unlessGone(() -> hsm.seal(kek, associatedData, plaintext));
    }

    @Override
    public CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox box) {
        return unlessGone(() -> hsm.open(kek, associatedData, box));
    }

    @Override
    public CompletionStage<Provenance> generate(Kek kek) {
        return unlessGone(() -> hsm.generate(kek));
    }

    @Override
    public CompletionStage<Provenance> inspect(Kek kek) {
        return unlessGone(() -> hsm.inspect(kek));
    }

    @Override
    public CompletionStage<List<Kek>> list() {
        return unlessGone(hsm::list);
    }

    @Override
    public CompletionStage<Integer> destroy(Kek kek) {
        return unlessGone(() -> hsm.destroy(kek));
    }
}
