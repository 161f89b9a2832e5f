package dev.kekkai.authority.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.authority.StoreExport;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** An export as a JSON document. Bytes are hexadecimal; {@link ExportReader} reads it. */
public final class ExportFile {
    static final String FORMAT = "kekkai/store-export";
    static final int VERSION = 1;

    private ExportFile() {}

    /** Writes one object and a line end; leaves the stream open. */
    public static void write(StoreExport export, OutputStream out) throws IOException {
        HexFormat hex = HexFormat.of();
        try (JsonGenerator json = new JsonFactory()
                .createGenerator(out)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("format", FORMAT);
            json.writeNumberField("version", VERSION);
            json.writeStringField("at", export.at().toString());
            json.writeObjectFieldStart("tenants");
            Map<TenantId, String> tenants = new TreeMap<>(Comparator.comparing(TenantId::toString));
            tenants.putAll(export.tenants());
            for (Map.Entry<TenantId, String> tenant : tenants.entrySet()) {
                json.writeStringField(tenant.getKey().toString(), tenant.getValue());
            }
            json.writeEndObject();
            json.writeObjectFieldStart("uses");
            Map<VersionId, Long> uses = new TreeMap<>(Comparator.comparing(VersionId::toString));
            uses.putAll(export.uses());
            for (Map.Entry<VersionId, Long> use : uses.entrySet()) {
                json.writeNumberField(use.getKey().toString(), use.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("chain");
            for (var entry : export.chain()) {
                json.writeString(hex.formatHex(entry.bytes()));
            }
            json.writeEndArray();
            json.writeObjectFieldStart("head");
            json.writeNumberField("serial", export.head().serial());
            json.writeStringField("hash", hex.formatHex(export.head().hash()));
            json.writeStringField("signature", hex.formatHex(export.head().signature()));
            json.writeEndObject();
            json.writeStringField("signature", hex.formatHex(export.signature()));
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }
}
