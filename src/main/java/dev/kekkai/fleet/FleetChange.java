package dev.kekkai.fleet;

import java.util.List;

/**
 * What became of an order.
 *
 * @param changed whether anything was changed; false after a dry run, and where all had been done before
 * @param said sentences for the operator: what was done, or would be, and what comes next
 * @param nodes those it concerns, as they are now
 */
public record FleetChange(boolean changed, List<String> said, List<Node> nodes) {
    public FleetChange {
        said = List.copyOf(said);
        nodes = List.copyOf(nodes);
    }
}
