package dev.kekkai.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.wire.admin.v1.GetStatusResponse;
import dev.kekkai.wire.admin.v1.Uplink;
import dev.kekkai.wire.admin.v1.UplinkGateway;
import java.io.IOException;

/** What {@code kekkai status} shows of an agent. */
final class UplinkView {
    /** As much as gateways' clocks may differ by. */
    private static final long CLOCKS_APART_SECONDS = 300;

    private UplinkView() {}

    static void table(Table table, GetStatusResponse status) {
        Uplink uplink = status.getUplink();
        table.row("key_id", orNone(status.getKeyId()));
        table.row("epoch", Long.toString(status.getEpoch()));
        table.row("node", orNone(uplink.getNode()));
        table.row("tenant", orNone(uplink.getTenant()));
        table.row("certificate", certificate(uplink));
        uplink.getGatewaysList().forEach(gateway -> table.row("gateway " + gateway.getAddress(), state(gateway)));
        table.row("authority serial", Long.toUnsignedString(uplink.getAuthoritySerial()));
        uplink.getRootsList().forEach(root -> table.row("root", root));
    }

    private static String orNone(String value) {
        return value.isEmpty() ? "none yet" : value;
    }

    private static String certificate(Uplink uplink) {
        String problem = uplink.getProblem().isEmpty() ? "" : "; " + uplink.getProblem();
        return uplink.getCertificateLeftMillis() > 0
                ? "for another " + uplink.getCertificateLeftMillis() / 1000 + " s" + problem
                : "none" + problem;
    }

    private static String state(UplinkGateway gateway) {
        String state = gateway.getProblem().isEmpty()
                ? "serves, " + gateway.getLatencyMicros() + " us away"
                : "NOT OK: " + gateway.getProblem();
        String clock = Math.abs(gateway.getClockAheadSeconds()) < CLOCKS_APART_SECONDS
                ? ""
                : "; its clock is " + Math.abs(gateway.getClockAheadSeconds()) + " s "
                        + (gateway.getClockAheadSeconds() > 0 ? "ahead of" : "behind")
                        + " this node's: set right the one that is off";
        return (gateway.getPreferred() ? state + " (in use)" : state) + clock;
    }

    static void json(JsonGenerator json, Uplink uplink) throws IOException {
        json.writeObjectFieldStart("uplink");
        json.writeStringField("node", uplink.getNode());
        json.writeNumberField("certificateLeftMillis", uplink.getCertificateLeftMillis());
        json.writeStringField("problem", uplink.getProblem());
        json.writeNumberField("authoritySerial", uplink.getAuthoritySerial());
        json.writeArrayFieldStart("roots");
        for (String root : uplink.getRootsList()) {
            json.writeString(root);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("gateways");
        for (UplinkGateway gateway : uplink.getGatewaysList()) {
            json.writeStartObject();
            json.writeStringField("address", gateway.getAddress());
            json.writeStringField("problem", gateway.getProblem());
            json.writeBooleanField("preferred", gateway.getPreferred());
            json.writeNumberField("latencyMicros", gateway.getLatencyMicros());
            json.writeNumberField("protocol", Integer.toUnsignedLong(gateway.getProtocol()));
            json.writeNumberField("clockAheadSeconds", gateway.getClockAheadSeconds());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
