package dev.kekkai.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.wire.admin.v1.Trail;
import java.io.IOException;
import java.time.Instant;

/** The audit trail's part of {@code kekkai status}. */
final class AuditStatus {
    private AuditStatus() {}

    static void rows(Table table, Trail trail) {
        table.row(
                "audit trail",
                "record " + trail.getHeadSeq() + ", " + anchored(trail) + ", replica " + trail.getReplica());
        if (!trail.getProblem().isEmpty()) {
            table.row("audit anchors", "NOT OK: " + trail.getProblem());
        }
        copy(table, "audit to syslog", trail.getSyslogDropped(), trail.getSyslogProblem());
        copy(table, "audit to OTLP", trail.getOtlpDropped(), trail.getOtlpProblem());
    }

    private static void copy(Table table, String name, long dropped, String problem) {
        if (dropped > 0 || !problem.isEmpty()) {
            table.row(name, "NOT OK: " + dropped + " records lost; " + problem);
        }
    }

    private static String anchored(Trail trail) {
        return trail.getAnchoredSeq() == 0
                ? "not anchored yet"
                : "anchored to " + trail.getAnchoredSeq() + " at " + Instant.ofEpochMilli(trail.getAnchoredMillis());
    }

    static void json(JsonGenerator json, Trail trail) throws IOException {
        json.writeObjectFieldStart("audit");
        json.writeStringField("replica", trail.getReplica());
        json.writeNumberField("record", trail.getHeadSeq());
        json.writeNumberField("anchoredTo", trail.getAnchoredSeq());
        json.writeNumberField("anchoredMillis", trail.getAnchoredMillis());
        json.writeStringField("problem", trail.getProblem());
        json.writeNumberField("syslogDropped", trail.getSyslogDropped());
        json.writeStringField("syslogProblem", trail.getSyslogProblem());
        json.writeNumberField("otlpDropped", trail.getOtlpDropped());
        json.writeStringField("otlpProblem", trail.getOtlpProblem());
        json.writeEndObject();
    }
}
