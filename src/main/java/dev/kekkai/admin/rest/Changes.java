package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.ChangeView;
import dev.kekkai.keyring.Change;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.KeyringView;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Order;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Carries a change of a keyring out, once for each {@code Idempotency-Key}, if the keyring is still what the client saw; and puts it into service. */
@Singleton
public class Changes {
    private static final long PATIENCE_SECONDS = 5;

    private final Front front;
    private final SecurityIdentity identity;
    private final ReentrantLock lock = new ReentrantLock();

    Changes(Front front, SecurityIdentity identity) {
        this.front = front;
        this.identity = identity;
    }

    /** What is to be done to a keyring. */
    interface Verb {
        Work.Call<Change> with(ServedParts parts, Order order);
    }

    /**
     * @param what names this change: its verb, its version, its body
     * @param check throws a problem if what the path names is not there
     */
    Idempotency.Answered carryOut(ChangeCall call, String what, Consumer<KeyringView> check, Verb verb) {
        return answer(call, what, check, (parts, order) -> {
            Work.Call<Change> change = verb.with(parts, order);
            return () -> Views.of(change.make());
        });
    }

    /** Whatever is done to a keyring, as it will be answered. */
    interface Answering {
        Work.Call<ChangeView> with(ServedParts parts, Order order);
    }

    /** The same for what is more than a change. */
    Idempotency.Answered answer(ChangeCall call, String what, Consumer<KeyringView> check, Answering answering) {
        Front.Open open = front.get();
        String caller = Callers.name(identity);
        String order = call.keyring() + '\n' + what + '\n' + call.dryRun() + '\n' + call.ifMatch();
        return open.idempotency()
                .once(
                        caller,
                        call.idempotencyKey(),
                        order,
                        () -> alone(() -> {
                            KeyringView view = Keyrings.view(open.parts(), call.keyring());
                            check.accept(view);
                            Keyrings.requireUnchanged(view, call.ifMatch());
                            Order wanted = new Order(
                                    Keyrings.tenant(open.parts(), call.keyring()),
                                    new Operator(caller, LoginLedger.API),
                                    call.dryRun());
                            return Work.of(inService(open.parts().keyring(), answering.with(open.parts(), wanted)));
                        }));
    }

    /** One at a time, so that nobody of the API comes between the comparison with {@code If-Match} and the change; who waits too long is told. */
    private ChangeView alone(Supplier<ChangeView> change) {
        boolean mine = false;
        try {
            mine = lock.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!mine) {
                throw new ProblemException(
                        ProblemCode.TOO_MANY_CALLS, "another change is under way; nothing was begun");
            }
            return change.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(ProblemCode.STARTING, "interrupted; nothing was begun");
        } finally {
            if (mine) {
                lock.unlock();
            }
        }
    }

    /** Reloads also after a failure: it may have come when half was done. */
    static <T> Work.Call<T> inService(Keyring keyring, Work.Call<T> call) {
        return () -> {
            boolean done = false;
            try {
                T answer = call.make();
                done = true;
                return answer;
            } finally {
                if (done) {
                    keyring.reload();
                } else {
                    keyring.reloadLater();
                }
            }
        };
    }
}
