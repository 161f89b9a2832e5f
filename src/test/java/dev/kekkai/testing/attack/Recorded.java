package dev.kekkai.testing.attack;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.id.Actor;
import java.util.Locale;

/**
 * A record of the audit trail as far as attacks go.
 *
 * @param who {@code node:} and its UUID, {@code ek:} and its name, or {@code unknown}
 * @param outcome in lower case
 */
public record Recorded(String action, String who, String outcome, String reason) {
    static Recorded of(AuditEvent event) {
        String who = event.caller() instanceof Actor.Node node
                ? "node:" + node.node()
                : withoutSource(event.caller().name());
        return new Recorded(event.action(), who, event.outcome().name().toLowerCase(Locale.ROOT), event.reason());
    }

    static Recorded of(JsonNode line) {
        JsonNode caller = line.get("caller");
        String who = caller.get("kind").asText().equals("node")
                ? "node:" + caller.get("node").asText()
                : withoutSource(caller.path("name").asText());
        return new Recorded(
                line.get("action").asText(),
                who,
                line.get("outcome").asText(),
                line.get("reason").asText());
    }

    private static String withoutSource(String name) {
        return name.replaceFirst("@.*", "");
    }

    /** Whether it is a refusal for this reason. */
    boolean refusal(String code) {
        return outcome.equals("refused") && reason.startsWith(code + ": ");
    }

    /** Whether somebody was given something. */
    boolean grant() {
        return outcome.equals("done") && !who.isEmpty() && !who.equals("kekkai");
    }
}
