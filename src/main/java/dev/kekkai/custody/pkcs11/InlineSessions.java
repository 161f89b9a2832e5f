package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Work done at once, in one session, on the thread that owns it: for {@link Recovery}, while nobody else is let in. Each failure is final. */
final class InlineSessions implements SessionWorkers {
    private final Pkcs11Session session;
    private final Presence presence;

    InlineSessions(Pkcs11Session session, Presence presence) {
        this.session = session;
        this.presence = presence;
    }

    @Override
    public <T> CompletableFuture<T> submit(SessionTask<T> task, Consumer<T> unclaimed) {
        presence.step();
        try {
            return CompletableFuture.completedFuture(task.on(session));
        } catch (PKCS11Exception e) {
            return CompletableFuture.failedFuture(new Unavailable("the HSM answered " + Ckr.name(e), e));
        } catch (CustodyException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public <T> CompletableFuture<T> submitWriting(SessionTask<T> task) {
        return CompletableFuture.failedFuture(
                new Unavailable("nothing is written to a token that is only being examined"));
    }
}
