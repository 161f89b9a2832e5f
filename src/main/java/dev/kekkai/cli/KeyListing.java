package dev.kekkai.cli;

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

    private static void table(Terminal terminal, List<KeyVersion> versions) {
        Table table = new Table("NUMBER", "STATE", "MECHANISM", "VERSION ID", "KEY_ID", "CREATED", "USES RESERVED");
        for (KeyVersion version : versions) {
            table.row(
                    Integer.toString(version.getNumber()),
                    version.getState(),
                    version.getMechanism(),
                    version.getVersionId(),
                    version.getKeyId().isEmpty() ? "-" : version.getKeyId(),
                    created(version),
                    Long.toString(version.getUsesReserved()));
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
                json.writeStringField("created", created(version));
                json.writeNumberField("usesReserved", version.getUsesReserved());
                json.writeBooleanField("local", version.getLocal());
                json.writeBooleanField("alwaysSensitive", version.getAlwaysSensitive());
                json.writeBooleanField("neverExtractable", version.getNeverExtractable());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static String created(KeyVersion version) {
        return Instant.ofEpochMilli(version.getCreatedMillis()).toString();
    }
}
