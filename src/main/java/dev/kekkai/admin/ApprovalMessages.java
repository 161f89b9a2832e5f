package dev.kekkai.admin;

import dev.kekkai.approval.Approvals;
import dev.kekkai.approval.Outcome;
import dev.kekkai.id.Person;
import dev.kekkai.store.StoredApproval;
import dev.kekkai.store.StoredApproval.Given;
import dev.kekkai.store.StoredApproval.Status;
import dev.kekkai.wire.admin.v1.ApprovalDecided;
import dev.kekkai.wire.admin.v1.ApprovalDecision;
import dev.kekkai.wire.admin.v1.ApprovingPerson;
import dev.kekkai.wire.admin.v1.RequestedApproval;
import java.time.Instant;

/** Requests for approval as messages. */
final class ApprovalMessages {
    private ApprovalMessages() {}

    static ApprovalDecided of(Outcome outcome, Approvals approvals) {
        ApprovalDecided.Builder message = ApprovalDecided.newBuilder()
                .setChanged(outcome.change().changed())
                .setSaid(outcome.change().said());
        outcome.approval()
                .flatMap(approvals.view()::find)
                .ifPresent(approval -> message.setApproval(of(approval, approvals.status(approval))));
        return message.build();
    }

    static RequestedApproval of(StoredApproval approval, Status status) {
        RequestedApproval.Builder message = RequestedApproval.newBuilder()
                .setId(approval.id().toString())
                .setAction(approval.request().action())
                .setSubject(approval.request().subject())
                .setVersion(approval.version())
                .setStatus(status.name())
                .setRequester(of(approval.request().requester()))
                .setReason(approval.request().reason())
                .setNeeded(approval.needed())
                .setRequestedMillis(approval.at().toEpochMilli())
                .setExpiresMillis(approval.request().expires().toEpochMilli())
                .setUsedMillis(approval.used().map(Instant::toEpochMilli).orElse(0L));
        for (Given given : approval.decisions()) {
            message.addDecisions(ApprovalDecision.newBuilder()
                    .setApproves(given.approves())
                    .setPerson(of(given.person()))
                    .setReason(given.reason())
                    .setAtMillis(given.at().toEpochMilli()));
        }
        return message.build();
    }

    private static ApprovingPerson of(Person person) {
        return ApprovingPerson.newBuilder()
                .setId(person.id())
                .setName(person.name())
                .build();
    }
}
