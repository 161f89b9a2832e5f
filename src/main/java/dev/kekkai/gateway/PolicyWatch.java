package dev.kekkai.gateway;

import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.id.NodeId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which policy each node was last judged by. One whose policy has changed since then has a while to show that it fits the new one. A node that another
 * gateway judged counts from when it is first seen here; its certificate ends soon anyway.
 */
final class PolicyWatch {
    private final Duration grace;
    private final Map<NodeId, Judged> judged = new ConcurrentHashMap<>();

    private record Judged(Policy by, Policy now, long changed) {
        static Judged by(Policy policy) {
            return new Judged(policy, policy, 0);
        }

        Judged under(Policy policy) {
            if (policy.equals(by)) {
                return by(policy);
            }
            // A second change does not give more time.
            return new Judged(by, policy, by.equals(now) ? System.nanoTime() : changed);
        }

        boolean longerThan(Duration grace) {
            return !by.equals(now) && System.nanoTime() - changed >= grace.toNanos();
        }
    }

    PolicyWatch(Duration grace) {
        this.grace = grace;
    }

    /** The node was found to fit. */
    void accepted(NodeId node, Policy policy) {
        judged.put(node, Judged.by(policy));
    }

    /** @throws Denied if the node was judged by another policy, and had time enough */
    void check(NodeId node, Policy policy) throws Denied {
        Judged since = judged.compute(node, (id, before) -> before == null ? Judged.by(policy) : before.under(policy));
        if (since.longerThan(grace)) {
            throw new Denied(
                    Code.POLICY_CHANGED,
                    "the node's policy changed, and it has not shown since then that it fits: attest anew");
        }
    }
}
