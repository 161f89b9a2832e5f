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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carries out what an operator decided: found to fit, recorded, signed and written, in this order and in one transaction. */
record Decision(FleetService fleet, AuditTrail audit) {
    /** The events of a decision, from the state that it meets. */
    interface Verb {
        List<FleetEvent> events(StoredFleet before) throws FleetException;
    }

    /**
     * What is recorded, once it is known: a record for each thing that is done, since one alone is cut where it is long.
     *
     * @param ordered for the one record of a refusal or failure
     */
    record Words(String ordered, Supplier<List<String>> done) {}

    /** Answers with the state after it, or what that would be in a dry run. */
    StoredFleet decide(Order order, String action, String what, Verb verb)
            throws FleetException, StoreException, AuditException {
        return decide(order, action, new Words(what, () -> List.of(what)), verb);
    }

    /** The same in more words. */
    StoredFleet decide(Order order, String action, Words words, Verb verb)
            throws FleetException, StoreException, AuditException {
        String what = words.ordered();
        Carried carried = new Carried(order, action, words, verb);
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
        audit.record(event(order, action, outcome, reason));
    }

    /** All in as few writes as the trail can; one that is not written is as if none were. */
    private void recordAll(Order order, String action, List<String> done) throws AuditException {
        List<CompletableFuture<Void>> written = done.stream()
                .map(each -> audit.recordWithOthers(event(order, action, Outcome.DONE, each))
                        .toCompletableFuture())
                .toList();
        try {
            for (CompletableFuture<Void> each : written) {
                each.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuditException failed) {
                throw failed;
            }
            throw new AuditException("the audit trail failed in a way nobody foresaw", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AuditException("interrupted while the audit trail was written", e);
        }
    }

    private static AuditEvent event(Order order, String action, Outcome outcome, String reason) {
        return new AuditEvent(
                action,
                order.tenant(),
                order.operator().name(),
                order.operator().api(),
                "",
                "",
                outcome,
                reason);
    }

    private final class Carried implements FleetStore.Step {
        private final Order order;
        private final String action;
        private final Words words;
        private final Verb verb;
        private boolean met;
        private @Nullable StoredFleet after;

        Carried(Order order, String action, Words words, Verb verb) {
            this.order = order;
            this.action = action;
            this.words = words;
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
                recordAll(order, action, words.done().get());
                return true;
            } catch (AuditException e) {
                throw new StoreException(String.valueOf(e.getMessage()), e);
            }
        }
    }
}
