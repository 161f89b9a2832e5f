package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.ChangeView;
import dev.kekkai.keyring.Change;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.KeyringView;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Order;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Singleton;
import java.util.function.Consumer;

/** Carries a change of a keyring out, once for each {@code Idempotency-Key}, if the keyring is still what the client saw; and puts it into service. */
@Singleton
public class Changes {
    private final Front front;
    private final SecurityIdentity identity;
    private final Turn turn = new Turn();

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
    Idempotency.Answered<ChangeView> carryOut(ChangeCall call, String what, Consumer<KeyringView> check, Verb verb) {
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
    Idempotency.Answered<ChangeView> answer(
            ChangeCall call, String what, Consumer<KeyringView> check, Answering answering) {
        Front.Open open = front.get();
        String caller = Callers.name(identity);
        String order = call.keyring() + '\n' + what + '\n' + call.dryRun() + '\n' + call.ifMatch();
        return open.idempotency()
                .once(
                        caller,
                        call.idempotencyKey(),
                        order,
                        ChangeView.class,
                        () -> turn.alone(() -> {
                            KeyringView view = Keyrings.view(open.parts(), call.keyring());
                            check.accept(view);
                            Keyrings.requireUnchanged(view, call.ifMatch());
                            Order wanted = new Order(
                                    Keyrings.tenant(open.parts(), call.keyring()),
                                    new Operator(caller, LoginLedger.API),
                                    call.dryRun());
                            return Work.of(inService(
                                    Keyrings.served(open.parts(), call.keyring()),
                                    answering.with(open.parts(), wanted)));
                        }));
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
