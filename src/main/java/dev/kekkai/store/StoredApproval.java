package dev.kekkai.store;

import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.Person;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request for approval and what became of it.
 *
 * @param at when it was made
 * @param decisions in their order
 * @param needed how many must approve by the rule that holds now, never fewer than the request says
 * @param current whether what it is about is still in the state that was seen
 * @param lapsed whether the store was reconciled since, so that nobody knows whether it was decided otherwise
 * @param used when it was carried out, or begun
 * @param version number of the key version that it is about
 */
public record StoredApproval(
        ApprovalEvent.Requested request,
        Instant at,
        List<Given> decisions,
        int needed,
        boolean current,
        boolean lapsed,
        Optional<Instant> used,
        int version) {
    /** One decision. */
    public record Given(boolean approves, Person person, String reason, Instant at) {}

    /** Where a request is. */
    public enum Status {
        /** Waits for decisions. */
        OPEN,
        /** Enough have approved; it was not carried out yet. */
        APPROVED,
        /** Carried out, or begun. */
        USED,
        /** Somebody rejected it. */
        REJECTED,
        /** Its requester took it back. */
        WITHDRAWN,
        /** Not decided in time. */
        EXPIRED,
        /** What it is about is not what was seen any more. */
        OVERTAKEN
    }

    public StoredApproval {
        decisions = List.copyOf(decisions);
    }

    public ApprovalId id() {
        return request.approval();
    }

    /**
     * Where it is at a time.
     *
     * @param now the latest time that is known
     */
    public Status status(Instant now) {
        Optional<Given> rejection =
                decisions.stream().filter(given -> !given.approves()).findFirst();
        if (used.isPresent()) {
            return Status.USED;
        }
        if (rejection.isPresent()) {
            return rejection.get().person().is(request.requester()) ? Status.WITHDRAWN : Status.REJECTED;
        }
        if (!current || lapsed) {
            return Status.OVERTAKEN;
        }
        if (!now.isBefore(request.expires())) {
            return Status.EXPIRED;
        }
        return approvers().size() >= needed ? Status.APPROVED : Status.OPEN;
    }

    /** Who approved, in their order. */
    public List<Person> approvers() {
        return decisions.stream().filter(Given::approves).map(Given::person).toList();
    }

    /** Whether somebody approved. */
    public boolean approvedBy(Person person) {
        return approvers().stream().anyMatch(person::is);
    }

    /** The same with another decision. */
    public StoredApproval with(Given given) {
        List<Given> all = new ArrayList<>(decisions);
        all.add(given);
        return new StoredApproval(request, at, all, needed, current, lapsed, used, version);
    }

    /** The same, carried out. */
    public StoredApproval usedAt(Instant time) {
        return new StoredApproval(request, at, decisions, needed, current, lapsed, Optional.of(time), version);
    }

    /** The same, of a time that was given up. */
    public StoredApproval lapse() {
        return new StoredApproval(request, at, decisions, needed, current, true, used, version);
    }

    /** The same as it is now. */
    public StoredApproval seen(int needs, boolean unchanged) {
        return new StoredApproval(request, at, decisions, needs, unchanged, lapsed, used, version);
    }
}
