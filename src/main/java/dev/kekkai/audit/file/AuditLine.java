package dev.kekkai.audit.file;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.verify.LineHash;
import dev.kekkai.id.Actor;
import dev.kekkai.id.TenantId;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.UUID;

/**
 * One record of the trail as a line of JSON, schema 2: {@code v}, {@code time} (ISO 8601, UTC, microseconds), {@code seq}, {@code replica},
 * {@code action}, {@code tenant}, {@code caller} (an object: {@code kind} and what that kind has), {@code api}, {@code uid}, {@code key_version},
 * {@code outcome} ({@code done}, {@code refused}, {@code failed}), {@code reason}, {@code op}, {@code prev}, {@code hash}. Always all of them, in
 * this order; text without a value is empty.
 *
 * <p>Put together here instead of by a generator, because each wrap and unwrap waits for its line. Texts are escaped by the JSON library. Not
 * safe for several threads.
 */
final class AuditLine {
    private static final String SCHEMA = "{\"v\":2";
    private static final int TYPICAL_LENGTH = 512;

    private final JsonStringEncoder escapes = JsonStringEncoder.getInstance();
    private final MicrosClockFace times = new MicrosClockFace();
    private final LineHash hash = new LineHash();
    private final String replica;

    AuditLine(UUID replica) {
        this.replica = ",\"replica\":\"" + replica + '"';
    }

    /** Appends a line with its newline, in UTF-8, that follows another; answers with what the next one follows. Texts are bounded by {@link BoundedText}. */
    ChainHead append(AuditEvent event, ChainHead before, Instant time, ByteArrayOutputStream to) {
        long seq = before.seq() + 1;
        byte[] hashed = line(event, before, seq, time).getBytes(UTF_8);
        String digest = hash.of(hashed, hashed.length);
        to.writeBytes(hashed);
        to.writeBytes((LineHash.FIELD + digest + "\"}\n").getBytes(US_ASCII));
        return new ChainHead(seq, digest);
    }

    private String line(AuditEvent event, ChainHead before, long seq, Instant time) {
        StringBuilder line = new StringBuilder(TYPICAL_LENGTH).append(SCHEMA).append(",\"time\":\"");
        times.append(time, line).append("\",\"seq\":").append(seq).append(replica);
        field(line, "action", event.action());
        TenantId tenant = event.tenant();
        field(line, "tenant", tenant == null ? "" : tenant.toString());
        caller(line, event.caller());
        field(line, "api", event.api());
        field(line, "uid", event.uid());
        field(line, "key_version", event.keyVersion());
        field(line, "outcome", word(event.outcome()));
        field(line, "reason", event.reason());
        field(line, "op", event.operation());
        return line.append(",\"prev\":\"").append(before.hash()).append('"').toString();
    }

    private void caller(StringBuilder line, Actor caller) {
        line.append(",\"caller\":{\"kind\":\"");
        switch (caller) {
            case Actor.Socket(String user, String group) -> {
                line.append("socket\"");
                field(line, "user", user);
                field(line, "group", group);
            }
            case Actor.Node(String serial, var node, String source) -> {
                line.append("node\"");
                field(line, "certificate", serial);
                field(line, "node", node.toString());
                field(line, "source", source);
            }
            case Actor.Operator(String subject) -> {
                line.append("operator\"");
                field(line, "subject", subject);
            }
            case Actor.Server(String name) -> {
                line.append("server\"");
                field(line, "name", name);
            }
            case Actor.Named(String name) -> {
                line.append("other\"");
                field(line, "name", name);
            }
        }
        line.append('}');
    }

    private void field(StringBuilder line, String name, String text) {
        line.append(",\"").append(name).append("\":\"");
        escapes.quoteAsString(BoundedText.of(text), line);
        line.append('"');
    }

    /** The words of the schema, whatever the constants are called. */
    private static String word(AuditEvent.Outcome outcome) {
        return switch (outcome) {
            case DONE -> "done";
            case REFUSED -> "refused";
            case FAILED -> "failed";
        };
    }
}
