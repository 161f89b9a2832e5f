package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.ApprovalView;
import dev.kekkai.admin.rest.view.ApprovalView.DecisionView;
import dev.kekkai.admin.rest.view.ApprovalView.PersonView;
import dev.kekkai.admin.rest.view.ChangeView;
import dev.kekkai.approval.Approvals;
import dev.kekkai.approval.Outcome;
import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.Person;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredApproval;
import java.time.Instant;
import java.util.List;
import org.jboss.resteasy.reactive.RestResponse;

/** Says requests for approval, and what became of them, in the words of the API. */
final class ApprovalViews {
    private ApprovalViews() {}

    static ApprovalView of(StoredApproval approval, Approvals approvals) {
        return new ApprovalView(
                approval.id().toString(),
                approval.request().tenant().toString(),
                approval.request().action(),
                approval.version(),
                approval.request().subject(),
                approvals.status(approval).name(),
                of(approval.request().requester()),
                approval.request().reason(),
                approval.needed(),
                approval.at().toString(),
                approval.request().expires().toString(),
                approval.used().map(Instant::toString).orElse(null),
                approval.decisions().stream()
                        .map(given -> new DecisionView(
                                given.approves(),
                                of(given.person()),
                                given.reason(),
                                given.at().toString()))
                        .toList());
    }

    private static PersonView of(Person person) {
        return new PersonView(person.id(), person.name());
    }

    static ChangeView of(Outcome outcome) {
        return new ChangeView(
                outcome.change().changed(),
                outcome.change().said(),
                outcome.change().versions().stream().map(Views::of).toList(),
                outcome.approval().map(ApprovalId::toString).orElse(null));
    }

    /** How many wait, of all keyrings of this server. */
    static int open(ServedParts parts) {
        return parts.keyrings().keySet().stream()
                .mapToInt(tenant -> parts.approvals()
                        .view()
                        .open(tenant, parts.approvals().now())
                        .size())
                .sum();
    }

    /** Those about a keyring of this server, in the order in which they were asked for. */
    static List<StoredApproval> all(ServedParts parts) {
        return parts.approvals().view().all().stream()
                .filter(approval ->
                        parts.keyrings().containsKey(approval.request().tenant()))
                .toList();
    }

    /** One of them by its whole id. */
    static StoredApproval find(ServedParts parts, String id) {
        return all(parts).stream()
                .filter(approval -> approval.id().toString().equals(id))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NO_SUCH_APPROVAL, "no keyring of this server has an approval of that whole id"));
    }

    /** 202 with the place of the request where it waits for others, or 200. */
    static RestResponse<ChangeView> answer(Idempotency.Answered<ChangeView> answered, boolean dryRun) {
        ChangeView change = answered.answer();
        boolean waits = !dryRun
                && change.approval() != null
                && change.versions().stream()
                        .anyMatch(version -> !version.state().equals(KeyState.DESTROYED.name()));
        RestResponse.ResponseBuilder<ChangeView> answer = RestResponse.ResponseBuilder.create(
                waits ? RestResponse.Status.ACCEPTED : RestResponse.Status.OK, change);
        if (change.approval() != null) {
            answer.header("Location", "/api/v1/approvals/" + change.approval());
        }
        if (answered.before()) {
            answer.header("Idempotency-Replayed", "true");
        }
        return answer.build();
    }
}
