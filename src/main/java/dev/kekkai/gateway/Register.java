package dev.kekkai.gateway;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.fleet.Node;
import dev.kekkai.id.Actor;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.NodeName;
import dev.kekkai.wire.gateway.v1.Call;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Records who was let in, who was not, and why. Blocks on the disk. */
final class Register {
    private static final Logger LOG = Logger.getLogger(Register.class);
    private static final String API = "gateway";
    /** Whom a machine belongs to that nobody enrolled. */
    private static final TenantId NOBODY = new TenantId(new UUID(0, 0));

    private static final int MOST_UID = 128;

    private final AuditTrail audit;

    Register(AuditTrail audit) {
        this.audit = audit;
    }

    /**
     * A decision that lets a node in: it is recorded before it takes effect.
     *
     * @throws Denied if it could not be, and so must not take effect
     */
    void done(String action, Node node, Peer peer, String detail) throws Denied {
        try {
            audit.record(event(action, node.tenant(), caller(node, peer), Outcome.DONE, detail));
        } catch (AuditException e) {
            throw new Denied(Code.UNAVAILABLE, "it could not be recorded, and so was not done: " + e.getMessage());
        }
    }

    /** A refusal. One that cannot be recorded is a refusal all the same. */
    void refused(String action, Node node, Peer peer, Denied denied) {
        refused(event(action, node.tenant(), caller(node, peer), outcome(denied), reason(denied)));
    }

    /** A refusal of somebody whom no node is known for. */
    void refused(String action, String who, Peer peer, Denied denied) {
        refused(event(action, NOBODY, new Actor.Named(who + "@" + peer.source()), outcome(denied), reason(denied)));
    }

    /** A refusal of whom a certificate names. */
    void refused(String action, Peer peer, Denied denied) {
        refused(named(action, peer, API, "", denied));
    }

    /** Refuses each call of a message; or, if it has none, to serve at all. */
    void refusedCalls(List<Call> calls, Peer peer, Denied denied) {
        if (calls.isEmpty()) {
            refused("serve", peer, denied);
        }
        for (Call call : calls) {
            refused(named(call.hasUnwrap() ? "unwrap" : "wrap", peer, API, printable(call.getUid()), denied));
        }
    }

    private static AuditEvent named(String action, Peer peer, String api, String uid, Denied denied) {
        Optional<NodeName> name = NodeName.of(peer.certificate());
        return new AuditEvent(
                action,
                name.map(NodeName::tenant).orElse(NOBODY),
                name.map(node -> caller(node.node(), peer))
                        .orElseGet(() -> new Actor.Named("unknown@" + peer.source())),
                api,
                uid,
                "",
                outcome(denied),
                reason(denied),
                "");
    }

    private static String printable(String uid) {
        String safe = uid.replaceAll("[^!-~]", "?");
        return safe.substring(0, Math.min(safe.length(), MOST_UID));
    }

    private void refused(AuditEvent event) {
        try {
            audit.record(event);
        } catch (AuditException e) {
            LOG.errorf(
                    "A refusal could not be recorded (%s of %s: %s): %s",
                    event.action(), event.caller().name(), event.reason(), e.getMessage());
        }
    }

    private static Outcome outcome(Denied denied) {
        return denied.code().equals(Code.UNAVAILABLE.word()) || denied.code().equals(Code.BUSY.word())
                ? Outcome.FAILED
                : Outcome.REFUSED;
    }

    /** The code first, so that it can be searched for. */
    private static String reason(Denied denied) {
        return denied.code() + ": " + denied.text();
    }

    /** Who a node is in the audit trail. */
    static Actor caller(Node node, Peer peer) {
        return caller(node.id(), peer);
    }

    private static Actor caller(NodeId node, Peer peer) {
        return new Actor.Node(peer.certificate().getSerialNumber().toString(16), node, peer.source());
    }

    private static AuditEvent event(String action, TenantId tenant, Actor caller, Outcome outcome, String reason) {
        return new AuditEvent(action, tenant, caller, API, "", "", outcome, reason, "");
    }
}
