package dev.kekkai.approval;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.keyring.Order;
import dev.kekkai.store.ApprovalEvent;
import dev.kekkai.store.ApprovalStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApprovals;
import dev.kekkai.store.UntrustedStoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Enters what somebody asks for or decides into the chain: found to fit, recorded, signed and written, in this order and in one transaction. */
record Decision(ApprovalStore store, AuditTrail audit) {
    /**
     * What is to be entered.
     *
     * @param version that it is about
     * @param what for the audit trail
     * @param events none if all was said before
     */
    record Plan(String version, String what, List<ApprovalEvent> events) {}

    /** Makes a plan of the state that it meets. */
    interface Verb {
        Plan plan(StoredApprovals before) throws ApprovalException;
    }

    /**
     * Answers with the state after it, or what that would be in a dry run.
     *
     * @param about what the order names, for the record of a refusal
     */
    StoredApprovals decide(Order order, String action, String about, Verb verb)
            throws ApprovalException, StoreException, AuditException {
        Carried carried = new Carried(order, action, verb);
        try {
            StoredApprovals after = store.change(carried);
            return order.dryRun() && carried.after != null ? carried.after : after;
        } catch (StoreException e) {
            if (carried.refused != null) {
                refused(order, action, "", about + ": " + carried.refused.getMessage(), carried.refused);
                throw carried.refused;
            }
            if (carried.unrecorded != null) {
                throw carried.unrecorded;
            }
            boolean unfit = e instanceof UntrustedStoreException || carried.plan != null && carried.after == null;
            end(order, action, "", unfit ? Outcome.REFUSED : Outcome.FAILED, about + ": " + e.getMessage(), e);
            throw e;
        }
    }

    /** Records that an order was refused. */
    void refused(Order order, String action, String version, String reason, Exception why) {
        end(order, action, version, Outcome.REFUSED, reason, why);
    }

    private void end(Order order, String action, String version, Outcome outcome, String reason, Exception why) {
        if (!order.dryRun()) {
            try {
                record(order, action, version, outcome, reason);
            } catch (AuditException e) {
                why.addSuppressed(e);
            }
        }
    }

    private void record(Order order, String action, String version, Outcome outcome, String reason)
            throws AuditException {
        audit.record(new AuditEvent(
                action,
                order.tenant(),
                order.operator().name(),
                order.operator().api(),
                "",
                version,
                outcome,
                reason));
    }

    private final class Carried implements ApprovalStore.Step {
        private final Order order;
        private final String action;
        private final Verb verb;
        private @Nullable Plan plan;
        private @Nullable StoredApprovals after;
        private @Nullable ApprovalException refused;
        private @Nullable AuditException unrecorded;

        Carried(Order order, String action, Verb verb) {
            this.order = order;
            this.action = action;
            this.verb = verb;
        }

        @Override
        public List<ApprovalEvent> from(StoredApprovals before) throws StoreException {
            try {
                Plan made = verb.plan(before);
                plan = made;
                return made.events();
            } catch (ApprovalException e) {
                refused = e;
                throw new StoreException(String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public boolean goesOn(StoredApprovals fits) throws StoreException {
            after = fits;
            Plan made = plan;
            if (order.dryRun() || made == null) {
                return false;
            }
            try {
                record(order, action, made.version(), Outcome.DONE, made.what());
                return true;
            } catch (AuditException e) {
                unrecorded = e;
                throw new StoreException(String.valueOf(e.getMessage()), e);
            }
        }
    }
}
