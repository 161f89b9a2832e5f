package dev.kekkai.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.wire.admin.v1.ApprovalDecision;
import dev.kekkai.wire.admin.v1.RequestedApproval;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;

/** Prints requests for approval. */
final class ApprovalListing {
    private ApprovalListing() {}

    /** Whether somebody can still decide on it. */
    static boolean waits(RequestedApproval approval) {
        return approval.getStatus().equals("OPEN") || approval.getStatus().equals("APPROVED");
    }

    static void print(Terminal terminal, List<RequestedApproval> approvals) throws IOException {
        if (terminal.format() == OutputFormat.JSON) {
            Json.print(terminal, json -> {
                json.writeStartArray();
                for (RequestedApproval approval : approvals) {
                    json(approval, json);
                }
                json.writeEndArray();
            });
        } else if (approvals.isEmpty()) {
            terminal.out().println("nothing waits for approval");
        } else {
            Table table = new Table("ID", "STATUS", "WHAT", "ASKED FOR BY", "APPROVED", "UNTIL", "REASON");
            approvals.forEach(approval -> table.row(
                    approval.getId(),
                    approval.getStatus(),
                    what(approval),
                    approval.getRequester().getName(),
                    approvers(approval) + " of " + approval.getNeeded(),
                    time(approval.getExpiresMillis()),
                    approval.getReason()));
            table.print(terminal.out());
        }
    }

    private static String what(RequestedApproval approval) {
        return approval.getAction() + " " + approval.getVersion();
    }

    private static long approvers(RequestedApproval approval) {
        return approval.getDecisionsList().stream()
                .filter(ApprovalDecision::getApproves)
                .count();
    }

    static void show(Terminal terminal, RequestedApproval approval) throws IOException {
        if (terminal.format() == OutputFormat.JSON) {
            Json.print(terminal, json -> json(approval, json));
            return;
        }
        PrintWriter out = terminal.out();
        line(out, "id", approval.getId());
        line(out, "status", approval.getStatus());
        line(out, "what", what(approval) + " (version id " + approval.getSubject() + ")");
        line(
                out,
                "asked for by",
                approval.getRequester().getName() + " ("
                        + approval.getRequester().getId() + ")");
        line(out, "reason", approval.getReason());
        line(out, "asked for at", time(approval.getRequestedMillis()));
        line(out, "until", time(approval.getExpiresMillis()));
        line(out, "approved", approvers(approval) + " of " + approval.getNeeded());
        for (ApprovalDecision decision : approval.getDecisionsList()) {
            line(
                    out,
                    decision.getApproves() ? "approved by" : "rejected by",
                    decision.getPerson().getName() + " ("
                            + decision.getPerson().getId() + ") at " + time(decision.getAtMillis())
                            + (decision.getReason().isEmpty() ? "" : ": " + decision.getReason()));
        }
        if (approval.getUsedMillis() != 0) {
            line(out, "carried out", time(approval.getUsedMillis()));
        }
    }

    private static void json(RequestedApproval approval, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", approval.getId());
        json.writeStringField("status", approval.getStatus());
        json.writeStringField("action", approval.getAction());
        json.writeNumberField("version", approval.getVersion());
        json.writeStringField("versionId", approval.getSubject());
        json.writeStringField("requester", approval.getRequester().getName());
        json.writeStringField("requesterId", approval.getRequester().getId());
        json.writeStringField("reason", approval.getReason());
        json.writeNumberField("needed", approval.getNeeded());
        json.writeStringField("requested", time(approval.getRequestedMillis()));
        json.writeStringField("expires", time(approval.getExpiresMillis()));
        json.writeStringField("used", time(approval.getUsedMillis()));
        json.writeArrayFieldStart("decisions");
        for (ApprovalDecision decision : approval.getDecisionsList()) {
            json.writeStartObject();
            json.writeBooleanField("approves", decision.getApproves());
            json.writeStringField("person", decision.getPerson().getName());
            json.writeStringField("personId", decision.getPerson().getId());
            json.writeStringField("reason", decision.getReason());
            json.writeStringField("at", time(decision.getAtMillis()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void line(PrintWriter out, String what, String value) {
        out.printf("%-14s%s%n", what, value);
    }

    private static String time(long millis) {
        return millis == 0 ? "" : Instant.ofEpochMilli(millis).toString();
    }
}
