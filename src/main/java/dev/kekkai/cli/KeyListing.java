package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.wire.admin.v1.KeyChange;
import dev.kekkai.wire.admin.v1.KeyVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Prints KEK versions. */
final class KeyListing {
    private KeyListing() {}

    static void print(Terminal terminal, List<KeyVersion> versions) throws IOException {
        if (terminal.format() == OutputFormat.JSON) {
            json(terminal, versions);
        } else if (versions.isEmpty()) {
            terminal.out().println("no key versions");
        } else {
            table(terminal, versions);
        }
    }

    /** The versions a change concerns go to standard output, the sentence about it to standard error. */
    static ExitCode printChange(Terminal terminal, KeyChange change) throws IOException {
        if (terminal.format() == OutputFormat.JSON || change.getVersionsCount() > 0) {
            print(terminal, change.getVersionsList());
        }
        terminal.err().println(change.getSaid());
        return change.getWaiting() ? ExitCode.WAITING : ExitCode.OK;
    }

    private static void table(Terminal terminal, List<KeyVersion> versions) {
        Table table =
                new Table("NUMBER", "STATE", "MECHANISM", "VERSION ID", "KEY_ID", "CREATED", "USES RESERVED", "NOTE");
        for (KeyVersion version : versions) {
            table.row(
                    Integer.toString(version.getNumber()),
                    version.getState(),
                    version.getMechanism(),
                    version.getVersionId(),
                    version.getKeyId().isEmpty() ? "-" : version.getKeyId(),
                    time(version.getCreatedMillis(), "-"),
                    Long.toString(version.getUsesReserved()),
                    note(version));
        }
        table.print(terminal.out());
    }

    private static void json(Terminal terminal, List<KeyVersion> versions) throws IOException {
        Json.print(terminal, json -> {
            json.writeStartArray();
            for (KeyVersion version : versions) {
                json.writeStartObject();
                json.writeNumberField("number", version.getNumber());
                json.writeStringField("state", version.getState());
                json.writeStringField("mechanism", version.getMechanism());
                json.writeStringField("versionId", version.getVersionId());
                json.writeStringField("keyId", version.getKeyId());
                json.writeNumberField("epoch", version.getEpoch());
                json.writeStringField("created", time(version.getCreatedMillis(), ""));
                json.writeStringField("activateAt", time(version.getActivateAtMillis(), ""));
                json.writeStringField("retired", time(version.getRetiredMillis(), ""));
                json.writeStringField("disabled", time(version.getDisabledMillis(), ""));
                json.writeStringField("destroyBegun", time(version.getDestroyBegunMillis(), ""));
                json.writeNumberField("usesReserved", version.getUsesReserved());
                json.writeBooleanField("local", version.getLocal());
                json.writeBooleanField("alwaysSensitive", version.getAlwaysSensitive());
                json.writeBooleanField("neverExtractable", version.getNeverExtractable());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static String note(KeyVersion version) {
        return switch (version.getState()) {
            case "PREPARED" ->
                version.getActivateAtMillis() == 0
                        ? ""
                        : "becomes ACTIVE at " + time(version.getActivateAtMillis(), "");
            case "RETIRED" -> version.getRetiredMillis() == 0 ? "" : "since " + time(version.getRetiredMillis(), "");
            case "DISABLED" ->
                version.getDestroyBegunMillis() == 0
                        ? "since " + time(version.getDisabledMillis(), "-")
                        : "destruction begun " + time(version.getDestroyBegunMillis(), "")
                                + " and not finished: repeat 'kekkai key destroy'";
            case "UNREGISTERED" -> "on the token, not in the store: 'kekkai key adopt' registers it";
            default -> "";
        };
    }

    private static String time(long millis, String none) {
        return millis == 0 ? none : Instant.ofEpochMilli(millis).toString();
    }
}
