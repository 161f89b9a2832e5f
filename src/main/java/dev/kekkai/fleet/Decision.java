package dev.kekkai.fleet;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.keyring.Order;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.FleetStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.UntrustedStoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Carries out what an operator decided: found to fit, recorded, signed and written, in this order and in one transaction. */
record Decision(FleetService fleet, AuditTrail audit) {
    /** The events of a decision, from the state that it meets. */
    interface Verb {
        List<FleetEvent> events(StoredFleet before) throws FleetException;
    }

    /** Answers with the state after it, or what that would be in a dry run. */
    StoredFleet decide(Order order, String action, String what, Verb verb)
            throws FleetException, StoreException, AuditException {
        Carried carried = new Carried(order, action, what, verb);
        try {
            StoredFleet after = fleet.store().change(order.tenant(), carried);
            if (order.dryRun()) {
                return carried.after == null ? after : carried.after;
            }
            fleet.install(after);
            return after;
        } catch (StoreException e) {
            switch (e.getCause()) {
                case FleetException refused -> {
                    end(order, action, what, Outcome.REFUSED, refused);
                    throw refused;
                }
                case AuditException unrecorded -> throw unrecorded;
                case null, default -> {
                    boolean refused = carried.after == null && carried.met || e instanceof UntrustedStoreException;
                    end(order, action, what, refused ? Outcome.REFUSED : Outcome.FAILED, e);
                    if (carried.after == null && carried.met) {
                        throw new FleetException(String.valueOf(e.getMessage()), e);
                    }
                    throw e;
                }
            }
        }
    }

    private void end(Order order, String action, String what, Outcome outcome, Exception why) {
        if (!order.dryRun()) {
            try {
                record(order, action, outcome, what + ": " + why.getMessage());
            } catch (AuditException e) {
                why.addSuppressed(e);
            }
        }
    }

    private void record(Order order, String action, Outcome outcome, String reason) throws AuditException {
        audit.record(new AuditEvent(
                action,
                order.tenant(),
                order.operator().name(),
                order.operator().api(),
                "",
                "",
                outcome,
                reason));
    }

    private final class Carried implements FleetStore.Step {
        private final Order order;
        private final String action;
        private final String what;
        private final Verb verb;
        private boolean met;
        private @Nullable StoredFleet after;

        Carried(Order order, String action, String what, Verb verb) {
            this.order = order;
            this.action = action;
            this.what = what;
            this.verb = verb;
        }

        @Override
        public List<FleetEvent> from(StoredFleet before) throws StoreException {
            try {
                List<FleetEvent> events = verb.events(before);
                met = true;
                return events;
            } catch (FleetException e) {
                throw new StoreException(String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public boolean goesOn(StoredFleet fits) throws StoreException {
            after = fits;
            if (order.dryRun()) {
                return false;
            }
            try {
                record(order, action, Outcome.DONE, what);
                return true;
            } catch (AuditException e) {
                throw new StoreException(String.valueOf(e.getMessage()), e);
            }
        }
    }
}
