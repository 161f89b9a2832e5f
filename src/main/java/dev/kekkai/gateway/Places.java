package dev.kekkai.gateway;

import java.util.HashMap;
import java.util.Map;

/** How many attest, or renew, at once: in all, and from each address or of each node. Those who attest take no place of those who renew. */
final class Places {
    private final int most;
    private final int mostPerSource;
    private final Map<String, Integer> bySource = new HashMap<>();
    private int taken;

    Places(int most, int mostPerSource) {
        this.most = most;
        this.mostPerSource = mostPerSource;
    }

    /**
     * Takes a place, which is to be given back by {@link #leave}.
     *
     * @throws Denied with {@link Code#BUSY} if there is none
     */
    synchronized void enter(String source) throws Denied {
        int fromThere = bySource.getOrDefault(source, 0);
        if (taken >= most || fromThere >= mostPerSource) {
            throw new Denied(
                    Code.BUSY,
                    taken >= most
                            ? most + " attest or renew already: try again in a moment"
                            : mostPerSource + " of " + source + " are under way already: try again in a moment");
        }
        taken++;
        bySource.put(source, fromThere + 1);
    }

    synchronized void leave(String source) {
        taken--;
        bySource.computeIfPresent(source, (address, count) -> count == 1 ? null : count - 1);
    }
}
