package dev.kekkai.authority;

import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.Person;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.ApprovalEvent;
import dev.kekkai.store.ApprovalEvent.Decided;
import dev.kekkai.store.ApprovalEvent.Requested;
import dev.kekkai.store.ApprovalEvent.Ruled;
import dev.kekkai.store.ApprovalEvent.Used;
import dev.kekkai.store.ApprovalRule;
import dev.kekkai.store.ApprovalText;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringEvent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApproval;
import dev.kekkai.store.StoredApproval.Given;
import dev.kekkai.store.StoredApproval.Status;
import dev.kekkai.store.StoredApprovals;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What events make of requests for approval, and whether what they are about may be carried out. The rules are here and nowhere else: nobody approves
 * what they asked for, nobody counts twice, enough others must approve, in time, of the very state that was seen, and each approval is used once. An
 * event that breaks one is refused.
 */
final class ApprovalReplay {
    /** The longest time that a request may wait. */
    static final Duration LONGEST = Duration.ofDays(7);
    /** What a destruction takes besides: the requester's word, as the option of the command spells it. */
    static final String BACKUPS = "older-backups-may-become-unreadable";

    private final Map<TenantId, StoredKeyring> keyrings;
    private final Map<String, ApprovalRule> rules = new HashMap<>();
    private final Map<ApprovalId, StoredApproval> all = new LinkedHashMap<>();
    /** Those of them that may still wait: what has ended does not begin again, because time does not go back. */
    private final Set<ApprovalId> undecided = new LinkedHashSet<>();

    private Instant latest = Instant.EPOCH;
    private @Nullable StoredApproval using;

    /** @param keyrings as they are before each event; read, never written */
    ApprovalReplay(Map<TenantId, StoredKeyring> keyrings) {
        this.keyrings = keyrings;
    }

    /** Another entry comes, of this time. A clock that is set back brings nothing back. */
    void at(Instant time) {
        latest = time.isAfter(latest) ? time : latest;
    }

    StoredApprovals approvals(long serial) {
        return new StoredApprovals(
                serial, latest, rules, all.values().stream().map(this::now).toList());
    }

    /** As it is now: rules may have become stricter, and what it is about may have changed. */
    private StoredApproval now(StoredApproval approval) {
        Requested request = approval.request();
        ApprovalRule rule = rules.get(request.action());
        int needed = rule == null ? request.required() : Math.max(rule.required(), request.required());
        return approval.seen(
                needed,
                version(request.tenant(), request.subject())
                        .filter(version -> SubjectState.of(version).equals(request.state()))
                        .isPresent());
    }

    private Optional<StoredVersion> version(TenantId tenant, String subject) {
        return Optional.ofNullable(keyrings.get(tenant)).stream()
                .flatMap(keyring -> keyring.versions().stream())
                .filter(version -> version.kek().version().toString().equals(subject))
                .findFirst();
    }

    void apply(ApprovalEvent event) throws StoreException {
        nothingElse();
        switch (event) {
            case Ruled(String action, ApprovalRule rule) -> {
                check(action.equals(ApprovalRule.DESTROY), "no action '" + action + "' takes approvals");
                check(rule.required() >= 1 && rule.required() <= ApprovalRule.MOST, "a rule asks for 1 to 9 approvals");
                rules.put(action, rule);
            }
            case Requested requested -> request(requested);
            case Decided decided -> decide(decided);
            case Used(ApprovalId id) -> {
                StoredApproval approval = open(id);
                check(
                        approval.status(latest) == Status.APPROVED,
                        approval.approvers().size() + " of " + approval.needed() + " have approved " + id);
                all.put(id, approval.usedAt(latest));
                undecided.remove(id);
                using = approval;
            }
        }
    }

    private void request(Requested it) throws StoreException {
        check(!all.containsKey(it.approval()), "there is a request " + it.approval() + " already");
        check(it.action().equals(ApprovalRule.DESTROY), "no action '" + it.action() + "' takes approvals");
        check(it.parameters().equals(BACKUPS), "a destruction is asked for with the word on older backups");
        StoredVersion version = version(it.tenant(), it.subject())
                .orElseThrow(() -> new StoreException("tenant " + it.tenant() + " has no key version " + it.subject()));
        check(
                version.state() == KeyState.DISABLED && version.destroyBegun() == null,
                "version " + it.subject() + " is not DISABLED, or its destruction was begun");
        check(SubjectState.of(version).equals(it.state()), "version " + it.subject() + " has changed meanwhile");
        ApprovalRule rule = rules.getOrDefault(it.action(), ApprovalRule.HOSTS_OWN);
        check(
                it.required() >= rule.required() && it.required() <= ApprovalRule.MOST,
                "the rule asks for " + rule.required() + " approval(s), and the request for " + it.required());
        check(
                it.expires().isAfter(latest) && !it.expires().isAfter(latest.plus(LONGEST)),
                "a request waits for " + LONGEST.toDays() + " days at most");
        person(it.requester());
        check(!it.reason().isBlank(), "a request needs a reason");
        ApprovalText.check("the reason", it.reason(), ApprovalText.LONGEST_REASON);
        List<StoredApproval> waiting = waiting(it.tenant());
        check(waiting.size() < StoredApprovals.MOST_OPEN, waiting.size() + " requests wait already");
        check(
                waiting.stream().noneMatch(other -> other.request().subject().equals(it.subject())),
                "another request about " + it.subject() + " waits already");
        all.put(
                it.approval(),
                new StoredApproval(
                        it,
                        latest,
                        List.of(),
                        it.required(),
                        true,
                        false,
                        Optional.empty(),
                        version.kek().number()));
        undecided.add(it.approval());
    }

    private List<StoredApproval> waiting(TenantId tenant) {
        List<StoredApproval> waiting = new ArrayList<>();
        for (Iterator<ApprovalId> ids = undecided.iterator(); ids.hasNext(); ) {
            StoredApproval approval = all.get(ids.next());
            if (approval == null || !latest.isBefore(approval.request().expires())) {
                ids.remove();
            } else if (approval.request().tenant().equals(tenant)) {
                StoredApproval now = now(approval);
                Status status = now.status(latest);
                if (status == Status.OPEN || status == Status.APPROVED) {
                    waiting.add(now);
                }
            }
        }
        return waiting;
    }

    private void decide(Decided it) throws StoreException {
        StoredApproval approval = open(it.approval());
        person(it.person());
        ApprovalText.check("the reason", it.reason(), ApprovalText.LONGEST_REASON);
        if (it.approves()) {
            check(!it.person().is(approval.request().requester()), "nobody approves what they asked for");
            check(!approval.approvedBy(it.person()), it.person().name() + " has approved already");
            check(approval.status(latest) == Status.OPEN, "enough have approved already");
        }
        all.put(it.approval(), approval.with(new Given(it.approves(), it.person(), it.reason(), latest)));
        if (!it.approves()) {
            undecided.remove(it.approval());
        }
    }

    private StoredApproval open(ApprovalId id) throws StoreException {
        StoredApproval approval = all.get(id);
        if (approval == null) {
            throw new StoreException("there is no request " + id);
        }
        StoredApproval now = now(approval);
        Status status = now.status(latest);
        check(status == Status.OPEN || status == Status.APPROVED, "request " + id + " is " + status);
        return now;
    }

    private static void person(Person person) throws StoreException {
        check(!person.id().isBlank() && !person.name().isBlank(), "a person has an id and a name");
        ApprovalText.check("the id of a person", person.id(), ApprovalText.LONGEST_ID);
        ApprovalText.check("the name of a person", person.name(), ApprovalText.LONGEST_NAME);
    }

    /** Before an event of a keyring: it must be what was approved, or something that needs no approval. */
    void permit(TenantId tenant, KeyringEvent event) throws StoreException {
        StoredApproval used = using;
        using = null;
        if (event instanceof KeyringEvent.DestructionBegun begun) {
            ApprovalRule rule = rules.getOrDefault(ApprovalRule.DESTROY, ApprovalRule.HOSTS_OWN);
            check(
                    used != null || rule.hostAlone(),
                    "a key is destroyed only after " + rule.required()
                            + " other(s) approved: 'kekkai key destroy' asks for it");
            check(
                    used == null
                            || (used.request().tenant().equals(tenant)
                                    && used.request()
                                            .subject()
                                            .equals(begun.version().toString())),
                    "an approval was used for another key version than it is about");
        } else {
            check(used == null, "an approval was used for something else than it is about");
        }
    }

    /** Before anything that is no event of a keyring, and at the end: an approval is used for the very next one. */
    void nothingElse() throws StoreException {
        check(using == null, "an approval was used for something else than it is about");
    }

    /** The store is an older one: what waits may have been rejected since. */
    void lapse() {
        all.replaceAll((id, approval) -> approval.used().isPresent() ? approval : approval.lapse());
        undecided.clear();
    }

    private static void check(boolean holds, String otherwise) throws StoreException {
        if (!holds) {
            throw new StoreException(otherwise);
        }
    }
}
