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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/**
 * Records who was let in, who was not, and why. Blocks on the disk, unless it says that it does not. Refusals are recorded one by one up to a rate;
 * those of the attest port, where anybody may cause them, have one of their own.
 */
final class Register {
    private static final Logger LOG = Logger.getLogger(Register.class);
    private static final String API = "gateway";
    /** Whom a machine belongs to that nobody enrolled. */
    private static final TenantId NOBODY = new TenantId(new UUID(0, 0));

    private final AuditTrail audit;
    private final Executor executor;
    private final RefusalRate attesting = new RefusalRate(System::nanoTime);
    private final RefusalRate serving = new RefusalRate(System::nanoTime);

    /**
     * @param executor bounded, for what is refused on threads that must not block
     */
    Register(AuditTrail audit, Executor executor) {
        this.audit = audit;
        this.executor = executor;
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
        rate(action)
                .admit(peer.block().text())
                .ifPresent(before -> refused(
                        event(action, node.tenant(), caller(node, peer), outcome(denied), reason(denied, before))));
    }

    /** A refusal of somebody whom no node is known for. */
    void refused(String action, String who, Peer peer, Denied denied) {
        rate(action)
                .admit(peer.block().text())
                .ifPresent(before -> refused(event(
                        action,
                        NOBODY,
                        new Actor.Named(who + "@" + peer.source()),
                        outcome(denied),
                        reason(denied, before))));
    }

    /** A refusal of whom a certificate names. */
    void refused(String action, Peer peer, Denied denied) {
        rate(action).admit(peer.block().text()).ifPresent(before -> refused(named(action, peer, denied, "", before)));
    }

    /** Refuses a message with so many calls, or, if it has none, to serve at all: one record for all of it. Does not block. */
    void refusedToServe(int calls, Peer peer, Denied denied) {
        soon("serve", peer, denied, calls == 0 ? "" : " (" + calls + " calls)");
    }

    /** Refuses before anything is asked. Does not block. */
    void refusedToBegin(String action, Peer peer, Denied denied) {
        soon(action, peer, denied, "");
    }

    private void soon(String action, Peer peer, Denied denied, String what) {
        RefusalRate rate = rate(action);
        OptionalLong before = rate.admit(peer.block().text());
        if (before.isPresent()) {
            AuditEvent event = action.equals(Kind.ATTEST.action())
                    ? unknown(action, peer, denied, before.getAsLong())
                    : named(action, peer, denied, what, before.getAsLong());
            try {
                executor.execute(() -> refused(event));
            } catch (RejectedExecutionException e) {
                rate.unrecorded(before.getAsLong() + 1);
            }
        }
    }

    /** On the attest port a certificate is its bearer's own work, and what it names is nothing. */
    private static AuditEvent unknown(String action, Peer peer, Denied denied, long before) {
        return event(
                action,
                NOBODY,
                new Actor.Named("unknown@" + peer.source()),
                outcome(denied),
                denied.code() + ": " + denied.text() + unrecorded(before));
    }

    private static AuditEvent named(String action, Peer peer, Denied denied, String what, long before) {
        Optional<NodeName> name = NodeName.of(peer.certificate());
        return event(
                action,
                name.map(NodeName::tenant).orElse(NOBODY),
                name.map(node -> caller(node.node(), peer))
                        .orElseGet(() -> new Actor.Named("unknown@" + peer.source())),
                outcome(denied),
                denied.code() + ": " + denied.text() + what + unrecorded(before));
    }

    private RefusalRate rate(String action) {
        return action.equals(Kind.ATTEST.action()) ? attesting : serving;
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
    private static String reason(Denied denied, long before) {
        return denied.code() + ": " + denied.text() + unrecorded(before);
    }

    private static String unrecorded(long before) {
        return before == 0 ? "" : " (and " + before + " more refusals since the last record of one)";
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
