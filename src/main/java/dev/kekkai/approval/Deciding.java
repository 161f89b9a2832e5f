package dev.kekkai.approval;

import dev.kekkai.approval.ApprovalException.Kind;
import dev.kekkai.approval.Decision.Plan;
import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.Person;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.Change;
import dev.kekkai.keyring.Order;
import dev.kekkai.store.ApprovalEvent.Decided;
import dev.kekkai.store.ApprovalText;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApproval;
import dev.kekkai.store.StoredApproval.Status;
import dev.kekkai.store.StoredApprovals;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Somebody decides on a request. */
final class Deciding {
    private static final String BEGINNING = "[0-9a-f-]{4,36}";

    private final TenantId tenant;
    private final Person person;
    private final String reference;
    private final String reason;
    private final Instant now;
    private @Nullable ApprovalId id;
    private boolean anew;

    Deciding(TenantId tenant, Person person, String reference, String reason, Instant now) {
        this.tenant = tenant;
        this.person = person;
        this.reference = reference;
        this.reason = reason.strip();
        this.now = now;
    }

    Plan approve(StoredApprovals before) throws ApprovalException {
        StoredApproval met = look(before);
        if (met.request().requester().is(person)) {
            throw new ApprovalException(
                    Kind.OWN_REQUEST,
                    "you asked for approval " + met.id() + " yourself, as " + person.name()
                            + ": somebody else must approve it");
        }
        Status status = before.status(met, now);
        boolean said = met.approvedBy(person) && (status == Status.OPEN || status == Status.USED);
        if (said || status == Status.APPROVED) {
            return nothing(met);
        }
        return entry(met, status, true);
    }

    Plan reject(StoredApprovals before, boolean mayDecide) throws ApprovalException {
        StoredApproval met = look(before);
        if (!mayDecide && !met.request().requester().is(person)) {
            throw new ApprovalException(
                    Kind.NOT_YOURS,
                    "approval " + met.id() + " was asked for by "
                            + met.request().requester().name()
                            + ": an operator takes back their own requests alone, an approver rejects those of others");
        }
        Status status = before.status(met, now);
        boolean said = met.decisions().stream()
                .anyMatch(given -> !given.approves() && given.person().is(person));
        return said ? nothing(met) : entry(met, status, false);
    }

    private StoredApproval look(StoredApprovals before) throws ApprovalException {
        StoredApproval met = find(before, tenant, reference);
        id = met.id();
        return met;
    }

    private static Plan nothing(StoredApproval met) {
        return new Plan(met.request().subject(), "", List.of());
    }

    private Plan entry(StoredApproval met, Status status, boolean approves) throws ApprovalException {
        if (status != Status.OPEN && status != Status.APPROVED) {
            throw new ApprovalException(Kind.CLOSED, "approval " + met.id() + " " + closed(met, status));
        }
        try {
            ApprovalText.check("the reason", reason, ApprovalText.LONGEST_REASON);
            check(person);
        } catch (StoreException e) {
            throw new ApprovalException(Kind.REFUSED, "nothing was decided: " + e.getMessage());
        }
        anew = true;
        return new Plan(
                met.request().subject(),
                (approves ? "approve " : "reject ") + met.id() + " of "
                        + met.request().requester().name() + (reason.isEmpty() ? "" : ": " + reason),
                List.of(new Decided(met.id(), approves, person, reason)));
    }

    private static String closed(StoredApproval met, Status status) {
        return switch (status) {
            case USED -> "was carried out already";
            case REJECTED -> "was rejected";
            case WITHDRAWN -> "was taken back";
            case EXPIRED -> "has expired at " + met.request().expires() + ": it must be asked for anew";
            case OVERTAKEN -> "is about something that has changed since: it must be asked for anew";
            case OPEN, APPROVED -> "is " + status;
        };
    }

    /** What nobody can be shown as is nobody's name. */
    static void check(Person person) throws StoreException {
        ApprovalText.check("your id", person.id(), ApprovalText.LONGEST_ID);
        ApprovalText.check("your name", person.name(), ApprovalText.LONGEST_NAME);
    }

    /** The request after it was decided on. */
    StoredApproval met(StoredApprovals after) throws ApprovalException {
        return Optional.ofNullable(id).flatMap(after::find).orElseThrow(() -> unknown(reference));
    }

    Outcome outcome(Order order, StoredApproval approval, Status status) {
        String said = "approval " + approval.id() + " "
                + switch (status) {
                    case OPEN ->
                        words(order, "approved") + "; "
                                + (approval.needed() - approval.approvers().size()) + " more must approve it by "
                                + approval.request().expires();
                    case APPROVED -> words(order, "approved") + " by enough, and the key would be destroyed";
                    case USED -> "was carried out already";
                    case WITHDRAWN -> words(order, "taken back");
                    case REJECTED -> words(order, "rejected");
                    case EXPIRED, OVERTAKEN -> "has ended";
                };
        return new Outcome(
                new Change(anew && !order.dryRun(), said, List.of()),
                Optional.of(approval.id()),
                status == Status.OPEN);
    }

    private String words(Order order, String done) {
        return (anew ? order.dryRun() ? "would be " : "is " : "was before ") + done;
    }

    /** By an id, or the beginning of one. */
    static StoredApproval find(StoredApprovals all, TenantId tenant, String reference) throws ApprovalException {
        String name = reference.strip().toLowerCase(Locale.ROOT);
        List<StoredApproval> found = all.of(tenant).stream()
                .filter(approval ->
                        name.matches(BEGINNING) && approval.id().toString().startsWith(name))
                .toList();
        if (found.size() != 1) {
            throw found.isEmpty()
                    ? unknown(reference)
                    : new ApprovalException(
                            Kind.UNKNOWN, "several approvals begin with '" + reference + "': give more digits");
        }
        return found.getFirst();
    }

    private static ApprovalException unknown(String reference) {
        return new ApprovalException(
                Kind.UNKNOWN,
                "there is no approval '" + reference
                        + "': give its id, or at least the first 4 digits; 'kekkai approval list --all' shows them");
    }
}
