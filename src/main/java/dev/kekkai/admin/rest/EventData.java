package dev.kekkai.admin.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.admin.rest.view.HealthView;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.custody.CustodyState;
import dev.kekkai.fleet.Claimant;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.NodeState;
import dev.kekkai.fleet.Observation;
import dev.kekkai.id.NodeId;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.Snapshot;
import dev.kekkai.store.StoredApproval;
import dev.kekkai.store.StoredVersion;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What events are about, as it is now: one line of JSON for each topic, which is another line when something has changed. A topic is the type of its
 * events and, after a blank, what else tells it from others.
 */
final class EventData {
    /** More than can wait at once. */
    private static final int LATEST = 64;

    private EventData() {}

    /** The type of the events of a topic. */
    static String type(String topic) {
        return topic.split(" ", 2)[0];
    }

    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    static Map<String, String> of(ServedParts parts) {
        Map<String, String> topics = new LinkedHashMap<>();
        HealthView health = Views.health(parts);
        topics.put("health", line(json -> {
            json.writeBooleanField("healthy", health.healthy());
            json.writeStringField("reason", health.reason());
            json.writeStringField("storeProblem", health.storeProblem());
        }));
        CustodyState hsm = parts.custody().get();
        topics.put("hsm", line(json -> {
            json.writeStringField("link", hsm.link().name());
            json.writeStringField("reason", hsm.reason());
            json.writeNumberField("sessionsOpen", hsm.sessionsOpen());
            json.writeNumberField("stuck", hsm.stuck());
        }));
        for (Keyring keyring : Keyrings.all(parts)) {
            Snapshot snapshot = keyring.snapshot();
            topics.put("keyring " + snapshot.tenant(), keyring(snapshot));
        }
        parts.fleet().ifPresent(fleet -> {
            addNodes(fleet.known(), topics);
            addPolicies(fleet.known().view(), topics);
            addClaims(fleet, topics);
        });
        addApprovals(parts, topics);
        return topics;
    }

    private static String keyring(Snapshot snapshot) {
        return line(json -> {
            json.writeStringField("tenant", snapshot.tenant().toString());
            json.writeStringField("keyId", snapshot.keyId().value());
            json.writeNumberField("epoch", snapshot.epoch());
            json.writeArrayFieldStart("versions");
            for (StoredVersion version : Keyrings.byNumber(snapshot)) {
                json.writeStartObject();
                json.writeNumberField("number", version.kek().number());
                json.writeStringField("state", version.state().name());
                field(json, "activateAt", Views.time(version.activateAt()));
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static void addNodes(Fleet fleet, Map<String, String> topics) {
        for (Map.Entry<NodeId, Node> entry : fleet.view().nodes().entrySet()) {
            Node node = entry.getValue();
            Observation seen = fleet.observed(entry.getKey()).orElse(null);
            topics.put("node " + entry.getKey(), line(json -> {
                json.writeStringField("id", node.id().toString());
                json.writeStringField("tenant", node.tenant().toString());
                json.writeStringField("name", node.name());
                json.writeStringField(
                        "state", NodeState.of(node, Optional.ofNullable(seen)).name());
                json.writeStringField("etag", Fleets.tag(node));
                field(json, "seen", seen == null ? null : seen.at().toString());
            }));
        }
    }

    private static void addPolicies(FleetView view, Map<String, String> topics) {
        view.policies()
                .forEach((group, policy) -> topics.put("policy " + group.tenant() + ' ' + group.name(), line(json -> {
                    json.writeStringField("tenant", group.tenant().toString());
                    json.writeStringField("group", group.name());
                    json.writeStringField("etag", Fleets.tag(policy));
                })));
    }

    private static void addClaims(ServedFleet fleet, Map<String, String> topics) {
        for (Tenant tenant : fleet.tenants().all()) {
            topics.put("claims " + tenant.id(), line(json -> {
                json.writeStringField("tenant", tenant.id().toString());
                json.writeArrayFieldStart("waiting");
                for (Claimant claimant : fleet.known().claimants(tenant.id())) {
                    json.writeString(claimant.ek().hex());
                }
                json.writeEndArray();
            }));
        }
    }

    /** The latest: those before them do not change any more, or have expired by now. */
    private static void addApprovals(ServedParts parts, Map<String, String> topics) {
        List<StoredApproval> all = ApprovalViews.all(parts);
        for (StoredApproval approval : all.subList(Math.max(0, all.size() - LATEST), all.size())) {
            topics.put("approval " + approval.id(), line(json -> {
                json.writeStringField("id", approval.id().toString());
                json.writeStringField("action", approval.request().action());
                json.writeNumberField("version", approval.version());
                json.writeStringField(
                        "status", parts.approvals().status(approval).name());
                json.writeNumberField("approved", approval.approvers().size());
                json.writeNumberField("needed", approval.needed());
            }));
        }
    }

    private static void field(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    private static String line(Content content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            content.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot be written to", e);
        }
        return text.toString();
    }
}
