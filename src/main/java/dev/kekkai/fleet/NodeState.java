package dev.kekkai.fleet;

import java.util.Optional;

/** How a node does, in one word: the same on the command line and in the admin API. */
public enum NodeState {
    /** It has not attested yet. */
    ENROLLED,
    /** Its last verdict let it in. */
    ADMITTED,
    /** Its last verdict did not. */
    REFUSED,
    /** It was evicted, whatever was seen of it. */
    EVICTED;

    public static NodeState of(Node node, Optional<Observation> seen) {
        if (!node.active()) {
            return EVICTED;
        }
        return seen.map(last -> last.accepted() ? ADMITTED : REFUSED).orElse(ENROLLED);
    }
}
