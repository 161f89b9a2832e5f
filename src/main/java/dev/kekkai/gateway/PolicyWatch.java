package dev.kekkai.gateway;

import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.PolicyAge;
import dev.kekkai.id.NodeId;
import dev.kekkai.identity.PolicyMark;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether a node has shown that it fits its policy as it stands now. By which one it was judged stands in its certificate, when that one was replaced in
 * the authority chain; so every gateway says the same, also one that never saw the node before. One whose policy was replaced has a while to show that
 * it fits the new one: from then on by the chain, and no longer than that from when it was first met here, should a clock be behind.
 */
final class PolicyWatch {
    private final Duration grace;
    private final InstantSource clock;
    /** Since when a node is known here to have been judged by another policy than its present one. */
    private final Map<NodeId, Met> met = new ConcurrentHashMap<>();

    /** @param at on the scale of nanoTime */
    private record Met(Optional<String> by, long at) {}

    PolicyWatch(Duration grace, InstantSource clock) {
        this.grace = grace;
        this.clock = clock;
    }

    /**
     * Looks at what a connection was made with.
     *
     * @param policy what the node is held to
     * @throws Denied if it was judged by another policy, and had time enough
     */
    void check(Node node, Peer peer, PolicyAge policy) throws Denied {
        Optional<String> by = PolicyMark.in(peer.certificate());
        if (fits(by, peer, policy)) {
            met.remove(node.id());
            return;
        }
        Met first = met.compute(
                node.id(),
                (id, before) -> before != null && before.by().equals(by) ? before : new Met(by, System.nanoTime()));
        Optional<Instant> replaced = by.isEmpty() ? Optional.of(policy.since()) : policy.replaced(by.get());
        boolean late = replaced.isEmpty()
                || !clock.instant().isBefore(replaced.get().plus(grace))
                || System.nanoTime() - first.at() >= grace.toNanos();
        if (late) {
            throw new Denied(
                    Code.POLICY_CHANGED,
                    "the node's policy changed, and it has not shown since then that it fits: attest anew");
        }
    }

    /** One that does not say was judged by what was in force when it was issued. */
    private static boolean fits(Optional<String> by, Peer peer, PolicyAge policy) {
        return by.map(policy.digest()::equals).orElseGet(() -> !peer.issued().isBefore(policy.since()));
    }
}
