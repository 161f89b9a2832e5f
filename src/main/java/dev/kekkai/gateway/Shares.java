package dev.kekkai.gateway;

import java.util.HashMap;
import java.util.Map;

/** What each node has open and under way, over all its streams. A node that has neither is forgotten, so that this is as large as the gateway is busy. */
final class Shares {
    /** A node has one, and a second while it changes its connection. */
    static final int MOST_STREAMS = 8;

    private final int mostCalls;
    private final Map<String, Share> byNode = new HashMap<>();

    /**
     * @param mostCalls of one node at once
     */
    Shares(int mostCalls) {
        this.mostCalls = mostCalls;
    }

    private record Share(int streams, int calls) {}

    /**
     * One more stream, until {@link #leave}.
     *
     * @throws Denied with {@link Code#BUSY} if the node has as many as it may have
     */
    synchronized void enter(String node) throws Denied {
        if (of(node).streams() >= MOST_STREAMS) {
            throw new Denied(
                    Code.BUSY, MOST_STREAMS + " streams of this node are open already: close one, or try again later");
        }
        add(node, 1, 0);
    }

    synchronized void leave(String node) {
        add(node, -1, 0);
    }

    /** One more call, until {@link #done}; or false if the node has as many under way as it may have. */
    synchronized boolean take(String node) {
        if (of(node).calls() >= mostCalls) {
            return false;
        }
        add(node, 0, 1);
        return true;
    }

    synchronized void done(String node) {
        add(node, 0, -1);
    }

    /** How many nodes are remembered. */
    synchronized int nodes() {
        return byNode.size();
    }

    private Share of(String node) {
        return byNode.getOrDefault(node, new Share(0, 0));
    }

    private void add(String node, int streams, int calls) {
        Share before = of(node);
        Share after = new Share(before.streams() + streams, before.calls() + calls);
        if (after.streams() == 0 && after.calls() == 0) {
            byNode.remove(node);
        } else {
            byNode.put(node, after);
        }
    }
}
