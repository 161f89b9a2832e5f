package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.FleetChangeView;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.fleet.FleetAdministration;
import dev.kekkai.fleet.FleetChange;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Order;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.inject.Singleton;

/** Carries a change of nodes or policies out, once for each {@code Idempotency-Key}, if what it is about is still what the client saw. */
@Singleton
public class FleetChanges {
    private final Front front;
    private final SecurityIdentity identity;
    private final Turn turn = new Turn();

    FleetChanges(Front front, SecurityIdentity identity) {
        this.front = front;
        this.identity = identity;
    }

    /** What a change is about, as it is now. */
    interface Met {
        /** Answers with its ETag, or throws a problem if it is not there. */
        String tag(FleetView view, Tenant tenant);
    }

    /** What is to be done. */
    interface Verb {
        Work.Call<FleetChange> with(FleetAdministration fleet, Order order);
    }

    /** @param what names this change: its verb, what it is about, its body */
    Idempotency.Answered<FleetChangeView> carryOut(FleetCall call, String what, Met met, Verb verb) {
        Front.Open open = front.get();
        ServedFleet fleet = Fleets.of(open.parts());
        Tenant tenant = Fleets.tenant(fleet, call.tenant());
        String caller = Callers.name(identity);
        Order order = new Order(tenant.id(), new Operator(caller, LoginLedger.API), call.dryRun());
        return open.idempotency()
                .once(
                        caller,
                        call.idempotencyKey(),
                        tenant.id().toString() + '\n' + what + '\n' + call.dryRun() + '\n' + call.ifMatch(),
                        FleetChangeView.class,
                        () -> turn.alone(() -> {
                            // What another gateway or the admin socket changed a moment ago is seen too.
                            fleet.known().look();
                            Tags.requireUnchanged(met.tag(Fleets.view(fleet), tenant), call.ifMatch());
                            return FleetViews.of(Work.of(verb.with(fleet.administration(), order)), fleet.known());
                        }));
    }
}
