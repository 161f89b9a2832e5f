package dev.kekkai.authority.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.kekkai.authority.MalformedEntryException;
import dev.kekkai.authority.StoreExport;
import dev.kekkai.authority.StoredEntries;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.ChainEntry;
import dev.kekkai.store.SignedHead;
import dev.kekkai.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads an export strictly: every field once, none that is unknown. What it says is verified by others. */
public final class ExportReader {
    private static final long MOST_BYTES = 256L << 20;

    private final Map<TenantId, String> tenants = new HashMap<>();
    private final Map<VersionId, Long> uses = new HashMap<>();
    private final List<ChainEntry> chain = new ArrayList<>();
    private String format = "";
    private int version;
    private @Nullable Instant at;
    private long headSerial;
    private byte[] headHash = {};
    private byte[] headSignature = {};
    private byte[] signature = {};

    private ExportReader() {}

    /** Reads a document of at most 256 MiB. */
    public static StoreExport read(Path file) throws StoreException {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new StoreException(
                        file + " has more than " + (MOST_BYTES >> 20) + " MiB: it is no export of Kekkai");
            }
            try (JsonParser json = JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build()
                    .createParser(file.toFile())) {
                ExportReader reader = new ExportReader();
                reader.document(json);
                return reader.export(file);
            }
        } catch (IOException | IllegalArgumentException | DateTimeException | MalformedEntryException e) {
            throw new StoreException(file + " cannot be read as an export of Kekkai: " + e.getMessage(), e);
        }
    }

    private StoreExport export(Path file) throws StoreException {
        if (!format.equals(ExportFile.FORMAT) || at == null) {
            throw new StoreException(
                    file + " is no export of Kekkai: it does not say that its format is " + ExportFile.FORMAT);
        }
        if (version != ExportFile.VERSION) {
            throw new StoreException(
                    file + " is an export of version " + version + ", and this version of Kekkai reads version "
                            + ExportFile.VERSION + ": use the one that wrote it");
        }
        return new StoreExport(
                at, tenants, uses, chain, new SignedHead(headSerial, headHash, headSignature), signature);
    }

    private void document(JsonParser json) throws IOException, MalformedEntryException {
        expect(json.nextToken(), JsonToken.START_OBJECT);
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "format" -> format = text(json);
                case "version" -> version = json.getIntValue();
                case "at" -> at = Instant.parse(text(json));
                case "tenants" -> tenants(json);
                case "uses" -> uses(json);
                case "chain" -> chain(json);
                case "head" -> head(json);
                case "signature" -> signature = hex(json);
                default -> throw new IOException("the field " + field + " is unknown");
            }
        }
        expect(json.currentToken(), JsonToken.END_OBJECT);
        if (json.nextToken() != null) {
            throw new IOException("something follows the end of the document");
        }
    }

    private void tenants(JsonParser json) throws IOException {
        expect(json.currentToken(), JsonToken.START_OBJECT);
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            tenants.put(new TenantId(UUID.fromString(field)), text(json));
        }
    }

    private void uses(JsonParser json) throws IOException {
        expect(json.currentToken(), JsonToken.START_OBJECT);
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            uses.put(VersionId.parse(field), json.getLongValue());
        }
    }

    private void chain(JsonParser json) throws IOException, MalformedEntryException {
        expect(json.currentToken(), JsonToken.START_ARRAY);
        while (json.nextToken() != JsonToken.END_ARRAY) {
            chain.add(StoredEntries.of(hex(json)));
        }
    }

    private void head(JsonParser json) throws IOException {
        expect(json.currentToken(), JsonToken.START_OBJECT);
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            json.nextToken();
            switch (field) {
                case "serial" -> headSerial = json.getLongValue();
                case "hash" -> headHash = hex(json);
                case "signature" -> headSignature = hex(json);
                default -> throw new IOException("the field head." + field + " is unknown");
            }
        }
    }

    private static byte[] hex(JsonParser json) throws IOException {
        return HexFormat.of().parseHex(text(json));
    }

    private static String text(JsonParser json) throws IOException {
        expect(json.currentToken(), JsonToken.VALUE_STRING);
        return json.getText();
    }

    private static void expect(@Nullable JsonToken found, JsonToken wanted) throws IOException {
        if (found != wanted) {
            throw new IOException("expected " + wanted + ", found " + found);
        }
    }
}
