package dev.kekkai.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.app.ExitCode;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.wire.admin.v1.GetStatusRequest;
import dev.kekkai.wire.admin.v1.GetStatusResponse;
import dev.kekkai.wire.admin.v1.GetTrailRequest;
import dev.kekkai.wire.admin.v1.Hsm;
import dev.kekkai.wire.admin.v1.Trail;
import java.io.IOException;
import java.time.Instant;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai status}: what a running server is, holds and finds. */
final class StatusCommand {
    private StatusCommand() {}

    static CommandSpec spec() {
        return CommandTree.spec(
                "status",
                "Show the running server: its keyring and its HSM, or its gateways, and what the last round trip found. Exit code 7 if it is not healthy.");
    }

    static ExitCode run(Terminal terminal, ParseResult options) throws ConfigException, CommandException, IOException {
        KekkaiConfig config = ConfigFile.load(terminal.config(), terminal.environment());
        GetStatusResponse status =
                AdminClient.call(config, admin -> admin.getStatus(GetStatusRequest.getDefaultInstance()));
        Trail trail = status.hasUplink()
                ? Trail.getDefaultInstance()
                : AdminClient.audit(config, audit -> audit.getTrail(GetTrailRequest.getDefaultInstance()));
        if (terminal.format() == OutputFormat.JSON) {
            json(terminal, status, trail);
        } else {
            table(terminal, status, trail);
        }
        return status.getHealthy() ? ExitCode.OK : ExitCode.NOT_SERVING;
    }

    private static void table(Terminal terminal, GetStatusResponse status, Trail trail) {
        Table table = new Table("kekkai " + status.getVersion(), status.getRole());
        table.row("health", health(status) + " (probed " + status.getProbeAgeMillis() + " ms ago)");
        table.row("kms socket", status.getKmsSocket());
        table.row(
                "serving since", Instant.ofEpochMilli(status.getStartedMillis()).toString());
        if (!status.getStoreProblem().isEmpty()) {
            table.row("store", "NOT OK: " + status.getStoreProblem());
        }
        if (status.hasUplink()) {
            UplinkView.table(table, status);
        } else {
            keyring(table, status);
            AuditStatus.rows(table, trail);
        }
        table.print(terminal.out());
    }

    private static void keyring(Table table, GetStatusResponse status) {
        table.row("tenant", status.getTenant());
        table.row("keyring", status.getLineage());
        table.row("key_id", status.getKeyId());
        table.row("epoch", Long.toString(status.getEpoch()));
        table.row(
                "token",
                status.getToken().getLabel() + " (" + status.getToken().getManufacturer() + " "
                        + status.getToken().getModel() + ", serial "
                        + status.getToken().getSerial() + ")");
        if (status.hasHsm()) {
            table.row("hsm link", link(status.getHsm()));
            table.row(
                    "hsm sessions",
                    status.getHsm().getSessionsOpen() + " open of "
                            + status.getHsm().getSessions() + "; "
                            + status.getHsm().getStuck() + " stuck calls of at most "
                            + status.getHsm().getMaxStuck());
        }
        table.row("sealing", status.getToken().getSealing());
        table.row("self-test", status.getToken().getSelfTest());
        if (status.getToken().getSoftware()) {
            table.row("custody", "SOFTWARE TOKEN: the KEKs are as safe as this host's disk and the PIN, no safer");
        } else {
            table.row("custody", "hardware, by its profile");
        }
    }

    private static String link(Hsm hsm) {
        return switch (hsm.getLink()) {
            case "UP" -> "up";
            case "LOGGING_IN" -> "logging in: " + hsm.getReason();
            default -> "DOWN for " + hsm.getForMillis() / 1000 + " s, looking for the token: " + hsm.getReason();
        };
    }

    private static String health(GetStatusResponse status) {
        return status.getHealthy() ? "ok" : "NOT OK: " + status.getReason();
    }

    private static void json(Terminal terminal, GetStatusResponse status, Trail trail) throws IOException {
        Json.print(terminal, json -> {
            json.writeStartObject();
            json.writeStringField("version", status.getVersion());
            json.writeStringField("role", status.getRole());
            json.writeBooleanField("healthy", status.getHealthy());
            json.writeStringField("reason", status.getReason());
            json.writeNumberField("probeAgeMillis", status.getProbeAgeMillis());
            json.writeStringField("kmsSocket", status.getKmsSocket());
            json.writeStringField(
                    "servingSince",
                    Instant.ofEpochMilli(status.getStartedMillis()).toString());
            json.writeStringField("tenant", status.getTenant());
            if (!status.hasUplink()) {
                json.writeStringField("lineage", status.getLineage());
            }
            json.writeStringField("keyId", status.getKeyId());
            json.writeNumberField("epoch", status.getEpoch());
            if (status.hasUplink()) {
                UplinkView.json(json, status.getUplink());
            } else {
                token(json, status);
                AuditStatus.json(json, trail);
            }
            if (status.hasHsm()) {
                hsm(json, status.getHsm());
            }
            json.writeEndObject();
        });
    }

    private static void token(JsonGenerator json, GetStatusResponse status) throws IOException {
        json.writeStringField("storeProblem", status.getStoreProblem());
        json.writeObjectFieldStart("token");
        json.writeStringField("label", status.getToken().getLabel());
        json.writeStringField("serial", status.getToken().getSerial());
        json.writeStringField("manufacturer", status.getToken().getManufacturer());
        json.writeStringField("model", status.getToken().getModel());
        json.writeStringField("firmware", status.getToken().getFirmware());
        json.writeBooleanField("software", status.getToken().getSoftware());
        json.writeStringField("sealing", status.getToken().getSealing());
        json.writeStringField("selfTest", status.getToken().getSelfTest());
        json.writeEndObject();
    }

    private static void hsm(JsonGenerator json, Hsm hsm) throws IOException {
        json.writeObjectFieldStart("hsm");
        json.writeStringField("link", hsm.getLink());
        json.writeStringField("reason", hsm.getReason());
        json.writeNumberField("forMillis", hsm.getForMillis());
        json.writeNumberField("sessions", hsm.getSessions());
        json.writeNumberField("sessionsOpen", hsm.getSessionsOpen());
        json.writeNumberField("stuck", hsm.getStuck());
        json.writeNumberField("maxStuck", hsm.getMaxStuck());
        json.writeEndObject();
    }
}
