package dev.kekkai.cli;

import dev.kekkai.audit.verify.Finding;
import dev.kekkai.audit.verify.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Shows what is proved of a trail. */
final class AuditReport {
    private AuditReport() {}

    static void text(Terminal terminal, Report report, List<Path> files) {
        PrintWriter out = terminal.out();
        out.println(report.records() + " records in " + files.size() + " file(s), " + report.first() + " to "
                + report.last() + ", of replica " + (report.replica().isEmpty() ? "-" : report.replica()));
        report.findings().forEach(finding -> out.println(line(finding)));
        out.println(
                report.findings().isEmpty()
                        ? "nothing is wrong"
                        : report.findings().size() + " finding(s)");
        out.println(proved(report));
        out.println(bound(report));
        report.notes().forEach(note -> out.println("note: " + note));
    }

    private static String line(Finding finding) {
        String place = finding.line() == 0 ? finding.file() : finding.file() + ":" + finding.line();
        return place + ": " + word(finding) + ": " + finding.message();
    }

    private static String word(Finding finding) {
        return switch (finding.kind()) {
            case CHANGED -> "changed";
            case REMOVED -> "removed";
            case REORDERED -> "reordered";
            case INSERTED -> "inserted";
            case NO_RECORD -> "no record";
            case FOREIGN -> "another replica's";
            case FILES -> "files";
            case TRUNCATED -> "truncated";
            case FORGED_ANCHOR -> "forged anchor";
            case REPLACED -> "replaced";
        };
    }

    private static String proved(Report report) {
        Instant at = report.provedAt();
        if (at == null) {
            return "proved by the HSM: no record, for no anchor covers any";
        }
        return "proved by the HSM: up to record " + report.provedTo() + ", signed at " + at
                + (report.findings().isEmpty() ? "" : ", but for what is said above");
    }

    /** What a thief could have taken without being found out. */
    private static String bound(Report report) {
        if (report.head()) {
            return "covered by the running server's word alone: the " + report.unproved() + " record(s) after that";
        }
        return "not covered: the " + report.unproved()
                + " record(s) after that, and whatever may have been cut off behind them";
    }

    static void json(Terminal terminal, Report report, List<Path> files) throws IOException {
        Json.print(terminal, json -> {
            json.writeStartObject();
            json.writeBooleanField("whole", report.findings().isEmpty());
            json.writeStringField("replica", report.replica());
            json.writeArrayFieldStart("files");
            for (Path file : files) {
                json.writeString(file.toString());
            }
            json.writeEndArray();
            json.writeNumberField("records", report.records());
            json.writeNumberField("first", report.first());
            json.writeNumberField("last", report.last());
            json.writeNumberField("provedTo", report.provedTo());
            Instant at = report.provedAt();
            json.writeStringField("provedAt", at == null ? "" : at.toString());
            json.writeNumberField("unproved", report.unproved());
            json.writeBooleanField("coveredByServer", report.head());
            json.writeArrayFieldStart("findings");
            for (Finding finding : report.findings()) {
                json.writeStartObject();
                json.writeStringField("kind", finding.kind().name());
                json.writeStringField("file", finding.file());
                json.writeNumberField("line", finding.line());
                json.writeNumberField("seq", finding.seq());
                json.writeStringField("message", finding.message());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("notes");
            for (String note : report.notes()) {
                json.writeString(note);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
