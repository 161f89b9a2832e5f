package dev.kekkai.gateway;

import dev.kekkai.id.TenantId;
import java.util.HashMap;
import java.util.Map;

/**
 * What each node has open and under way, over all its streams. No node has more calls under way than are left free for the others of its tenant, and no
 * tenant more than are left free for other tenants: so one that asks for all gets half, two get a third each, and there is always as much again for whoever
 * asks for little. A node that has nothing is forgotten, so that this is as large as the gateway is busy.
 */
final class Shares {
    /** A node has one, and a second while it changes its connection. */
    static final int MOST_STREAMS = 8;
    /** Tenants that take their room before there is none for another one. */
    static final int TENANTS = 2;

    private final int mostCalls;
    private final Map<String, Integer> streams = new HashMap<>();
    private final Map<Use, Taken> taken = new HashMap<>();

    /** What a call asks for. Each kind waits for the HSM in a queue of its own, which has room for so many of one tenant. */
    enum Use {
        WRAP(2048),
        /** Each may need an operation of its own. */
        UNWRAP(512);

        final int ofTenant;

        Use(int ofTenant) {
            this.ofTenant = ofTenant;
        }
    }

    /** How many of one kind are under way. */
    private static final class Taken {
        private final Map<String, Integer> byNode = new HashMap<>();
        private final Map<TenantId, Integer> byTenant = new HashMap<>();
        private int all;
    }

    /**
     * @param mostCalls of one kind and one node at once
     */
    Shares(int mostCalls) {
        this.mostCalls = mostCalls;
    }

    /**
     * One more stream, until {@link #leave}.
     *
     * @throws Denied with {@link Code#BUSY} if the node has as many as it may have
     */
    synchronized void enter(String node) throws Denied {
        if (streams.getOrDefault(node, 0) >= MOST_STREAMS) {
            throw new Denied(
                    Code.BUSY, MOST_STREAMS + " streams of this node are open already: close one, or try again later");
        }
        add(streams, node, 1);
    }

    synchronized void leave(String node) {
        add(streams, node, -1);
    }

    /** One more call, until {@link #done}; or false if the node or its tenant has its share under way. */
    synchronized boolean take(String node, TenantId tenant, Use use) {
        Taken now = taken.computeIfAbsent(use, kind -> new Taken());
        int ofNode = now.byNode.getOrDefault(node, 0);
        int ofTenant = now.byTenant.getOrDefault(tenant, 0);
        if (ofNode >= mostCalls || ofNode >= use.ofTenant - ofTenant || ofTenant >= TENANTS * use.ofTenant - now.all) {
            return false;
        }
        add(now, node, tenant, 1);
        return true;
    }

    synchronized void done(String node, TenantId tenant, Use use) {
        add(taken.computeIfAbsent(use, kind -> new Taken()), node, tenant, -1);
    }

    /** How many nodes are remembered. */
    synchronized int nodes() {
        return Math.max(
                streams.size(),
                taken.values().stream().mapToInt(each -> each.byNode.size()).sum());
    }

    private static void add(Taken to, String node, TenantId tenant, int calls) {
        add(to.byNode, node, calls);
        add(to.byTenant, tenant, calls);
        to.all += calls;
    }

    private static <K> void add(Map<K, Integer> counts, K of, int more) {
        int now = counts.getOrDefault(of, 0) + more;
        if (now == 0) {
            counts.remove(of);
        } else {
            counts.put(of, now);
        }
    }
}
