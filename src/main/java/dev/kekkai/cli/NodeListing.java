package dev.kekkai.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.app.ExitCode;
import dev.kekkai.wire.admin.v1.EnrolledNode;
import dev.kekkai.wire.admin.v1.FleetChanged;
import dev.kekkai.wire.admin.v1.SeenNode;
import dev.kekkai.wire.admin.v1.WaitingMachine;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;

/** Prints nodes. */
final class NodeListing {
    private static final int SHORT = 20;

    private NodeListing() {}

    static void print(Terminal terminal, List<EnrolledNode> nodes, List<WaitingMachine> waiting) throws IOException {
        if (terminal.format() == OutputFormat.JSON) {
            Json.print(terminal, json -> {
                json.writeStartObject();
                json.writeArrayFieldStart("nodes");
                for (EnrolledNode node : nodes) {
                    json(node, json);
                }
                json.writeEndArray();
                json.writeArrayFieldStart("waiting");
                for (WaitingMachine machine : waiting) {
                    json(machine, json);
                }
                json.writeEndArray();
                json.writeEndObject();
            });
        } else if (nodes.isEmpty() && waiting.isEmpty()) {
            terminal.out().println("no nodes");
        } else {
            table(terminal.out(), nodes, waiting);
        }
    }

    private static void table(PrintWriter out, List<EnrolledNode> nodes, List<WaitingMachine> waiting) {
        Table table = new Table("NAME", "STATE", "GROUP", "EK", "TRUST", "LAST SEEN", "ID");
        for (EnrolledNode node : nodes) {
            SeenNode seen = node.getSeen();
            table.row(
                    node.getName(),
                    node.getState(),
                    node.getGroup(),
                    shortened(node.getEk()),
                    seen.getTrust().isEmpty() ? "-" : seen.getTrust(),
                    time(seen.getAtMillis(), "never"),
                    node.getId());
        }
        for (WaitingMachine machine : waiting) {
            table.row(
                    machine.getHostName(),
                    "WAITING",
                    "-",
                    machine.getEk(),
                    "-",
                    time(machine.getLastMillis(), "-"),
                    "from " + machine.getSource());
        }
        table.print(out);
    }

    static void show(Terminal terminal, EnrolledNode node) throws IOException {
        if (terminal.format() == OutputFormat.JSON) {
            Json.print(terminal, json -> json(node, json));
            return;
        }
        PrintWriter out = terminal.out();
        line(out, "name", node.getName());
        line(out, "id", node.getId());
        line(out, "state", node.getState());
        line(out, "group", node.getGroup());
        line(out, "EK", node.getEk());
        line(
                out,
                "AK",
                node.getPinnedAk().isEmpty() ? "none pinned: the next attestation pins it" : node.getPinnedAk());
        line(out, "enrolled", time(node.getEnrolledMillis(), "-"));
        if (node.getEvictedMillis() != 0) {
            line(out, "evicted", time(node.getEvictedMillis(), "-"));
        }
        if (node.hasSeen()) {
            SeenNode seen = node.getSeen();
            line(out, "last seen", time(seen.getAtMillis(), "-") + " by " + seen.getGateway());
            line(out, "trust class", seen.getTrust().isEmpty() ? "-" : seen.getTrust());
            line(out, "boots", boots(seen));
            line(out, "certificate", "ends " + time(seen.getCertificateEndsMillis(), "-"));
            line(out, "last verdict", seen.getVerdict());
        } else {
            line(out, "last seen", "never");
        }
    }

    private static String boots(SeenNode seen) {
        return seen.getCounted()
                ? "reset " + Integer.toUnsignedString(seen.getResets()) + ", restart "
                        + Integer.toUnsignedString(seen.getRestarts())
                : "not counted yet";
    }

    /** The nodes a change concerns go to standard output, the sentences about it to standard error. */
    static ExitCode printChange(Terminal terminal, FleetChanged change) throws IOException {
        if (terminal.format() == OutputFormat.JSON || change.getNodesCount() > 0) {
            print(terminal, change.getNodesList(), List.of());
        }
        change.getSaidList().forEach(terminal.err()::println);
        return ExitCode.OK;
    }

    private static void json(EnrolledNode node, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", node.getId());
        json.writeStringField("name", node.getName());
        json.writeStringField("state", node.getState());
        json.writeStringField("group", node.getGroup());
        json.writeStringField("ek", node.getEk());
        json.writeStringField("pinnedAk", node.getPinnedAk());
        json.writeStringField("enrolled", time(node.getEnrolledMillis(), ""));
        json.writeStringField("evicted", time(node.getEvictedMillis(), ""));
        if (node.hasSeen()) {
            SeenNode seen = node.getSeen();
            json.writeObjectFieldStart("seen");
            json.writeStringField("at", time(seen.getAtMillis(), ""));
            json.writeBooleanField("accepted", seen.getAccepted());
            json.writeFieldName("verdict");
            json.writeString(seen.getVerdict());
            if (seen.getCounted()) {
                json.writeNumberField("resets", Integer.toUnsignedLong(seen.getResets()));
                json.writeNumberField("restarts", Integer.toUnsignedLong(seen.getRestarts()));
            }
            json.writeStringField("trust", seen.getTrust());
            json.writeStringField("tlsKey", seen.getTlsKey());
            json.writeStringField("certificateEnds", time(seen.getCertificateEndsMillis(), ""));
            json.writeStringField("gateway", seen.getGateway());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private static void json(WaitingMachine machine, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("ek", machine.getEk());
        json.writeStringField("spki", machine.getSpki());
        json.writeStringField("hostName", machine.getHostName());
        json.writeStringField("source", machine.getSource());
        json.writeStringField("first", time(machine.getFirstMillis(), ""));
        json.writeStringField("last", time(machine.getLastMillis(), ""));
        json.writeEndObject();
    }

    private static void line(PrintWriter out, String what, String value) {
        out.printf("%-14s%s%n", what, value);
    }

    private static String shortened(String hex) {
        return hex.length() <= SHORT ? hex : hex.substring(0, SHORT) + "…";
    }

    private static String time(long millis, String none) {
        return millis == 0 ? none : Instant.ofEpochMilli(millis).toString();
    }
}
