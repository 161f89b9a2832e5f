package dev.kekkai.approval;

import dev.kekkai.approval.ApprovalException.Kind;
import dev.kekkai.approval.Decision.Plan;
import dev.kekkai.authority.SubjectState;
import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.Person;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.ApprovalEvent.Requested;
import dev.kekkai.store.ApprovalRule;
import dev.kekkai.store.ApprovalText;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApproval;
import dev.kekkai.store.StoredApprovals;
import dev.kekkai.store.StoredVersion;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Somebody asks for the destruction of a key. */
final class Asking {
    private static final String BACKUPS = "older-backups-may-become-unreadable";

    private final TenantId tenant;
    private final Person person;
    private final StoredVersion version;
    private final String reason;
    private final boolean operatorsWord;
    private final Instant now;
    private ApprovalId id = new ApprovalId(UUID.randomUUID());
    private boolean anew;

    Asking(TenantId tenant, Person person, StoredVersion version, String reason, boolean operatorsWord, Instant now) {
        this.tenant = tenant;
        this.person = person;
        this.version = version;
        this.reason = reason.strip();
        this.operatorsWord = operatorsWord;
        this.now = now;
    }

    /** None if this was asked before; one request waits for each version. */
    Plan plan(StoredApprovals before, Terms terms) throws ApprovalException {
        String subject = version.kek().version().toString();
        List<StoredApproval> open = before.open(tenant, now);
        Optional<StoredApproval> waiting = open.stream()
                .filter(approval -> approval.request().subject().equals(subject))
                .findFirst();
        if (waiting.isPresent()) {
            StoredApproval found = waiting.get();
            if (!found.request().requester().is(person) && found.approvers().size() < found.needed()) {
                throw refused(
                        "asked for already by " + found.request().requester().name() + ", as approval " + found.id()
                                + ": approve or reject that one");
            }
            id = found.id();
            return new Plan(subject, "", List.of());
        }
        check();
        if (open.size() >= StoredApprovals.MOST_OPEN) {
            throw refused("not asked for: " + open.size() + " requests wait already. Have some of them decided");
        }
        anew = true;
        int required = terms.with(before).required();
        // A clock that was far ahead once must not make a key indestructible: time is the chain's then.
        Instant from = before.latest().isAfter(now) ? before.latest() : now;
        Instant expires = from.plus(terms.expireAfter());
        return new Plan(
                subject,
                "approval " + id + ": destroy version " + version.kek().number() + ", needs " + required
                        + " other(s) by " + expires + ": " + reason,
                List.of(new Requested(
                        id,
                        tenant,
                        ApprovalRule.DESTROY,
                        subject,
                        SubjectState.of(version),
                        BACKUPS,
                        person,
                        reason,
                        required,
                        expires)));
    }

    private void check() throws ApprovalException {
        if (!operatorsWord) {
            throw refused(
                    "not asked for: its key is needed by each backup of etcd from the time when it wrapped. Say that those may become unreadable"
                            + " with --" + BACKUPS + ", or \"olderBackupsMayBecomeUnreadable\": true");
        }
        if (reason.isEmpty()) {
            throw refused("not asked for: say why, for those who approve, with --reason, or \"reason\"");
        }
        try {
            ApprovalText.check("the reason", reason, ApprovalText.LONGEST_REASON);
            Deciding.check(person);
        } catch (StoreException e) {
            throw refused("not asked for: " + e.getMessage());
        }
    }

    private ApprovalException refused(String why) {
        return new ApprovalException(
                Kind.REFUSED, "the destruction of version " + version.kek().number() + " is " + why);
    }

    /** Whether it was not asked before. */
    boolean asksAnew() {
        return anew;
    }

    StoredApproval made(StoredApprovals after) throws ApprovalException {
        return after.find(id).orElseThrow(() -> refused("not asked for: the store does not have it"));
    }

    String said(StoredApproval approval, boolean dryRun) {
        String what = "the destruction of version " + version.kek().number();
        int missing = approval.needed() - approval.approvers().size();
        if (dryRun && anew) {
            return what + " would be asked for; " + missing + " other(s) would have to approve it by "
                    + approval.request().expires();
        }
        return what + (anew ? " is asked for" : " was asked for before") + " as approval " + approval.id()
                + "; nothing is destroyed until " + missing + " more approve(s) it, by "
                + approval.request().expires() + " ('kekkai approval approve', or the admin API)";
    }
}
