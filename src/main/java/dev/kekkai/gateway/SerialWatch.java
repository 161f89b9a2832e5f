package dev.kekkai.gateway;

import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.Node;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Agents remember how far the authority chain had come when they were last told. One that has been told more than this gateway knows has met a gateway
 * that is ahead, or this one's store was rolled back, or it lies. It is sent away in any case; what it says is held against others under these rules:
 *
 * <ul>
 *   <li>Only who was shown to be an active node is heard: by its certificate, or by a quote that was accepted. A stranger's number is nothing.
 *   <li>It counts for the nodes of its own tenant alone: whoever has nodes of one tenant stops nothing of another.
 *   <li>Two nodes of a tenant have to say so, and be ahead for longer than a change takes to spread: one that lies stops nobody. Nor do as few as there
 *       are others that were told something lately, and no more than is known here. Where a tenant has one active node, it has to say so again after a
 *       while.
 *   <li>A number counts as at most a million more than is known, and for ten minutes; agents that are sent away come back sooner. So what was said in
 *       error, or by nodes that were evicted for it, passes without a restart.
 * </ul>
 *
 * <p>After a true rollback all agents are ahead, two of them say so within seconds, and go on saying so.
 */
final class SerialWatch {
    private static final Logger LOG = Logger.getLogger(SerialWatch.class);
    /** Gateways look at their store every two seconds. */
    private static final Duration SPREADING = Duration.ofSeconds(10);
    /** After which the only node there is has to say it again. */
    private static final Duration ALONE = Duration.ofSeconds(30);

    private static final Duration LAPSE = Duration.ofMinutes(10);
    private static final long FURTHEST = 1_000_000;

    private final Fleet fleet;
    private final LongSupplier nanos;
    /** At most one for each node of the fleet. */
    private final Map<NodeId, Report> reports = new HashMap<>();

    private final Set<TenantId> said = new HashSet<>();
    /** Of all reports, or more: while it is not more than is known here nobody is ahead, which is so at nearly every request. */
    private volatile long highest;

    /**
     * What a node was told.
     *
     * @param first when it began to be ahead, if it is, on the scale of the clock
     * @param last when it said so the last time
     */
    private record Report(long serial, long first, long last) {
        boolean ahead(long known) {
            return serial > known;
        }

        boolean lapsed(long now) {
            return now - last >= LAPSE.toNanos();
        }
    }

    SerialWatch(Fleet fleet) {
        this(fleet, System::nanoTime);
    }

    /** For tests, with a monotonic clock of their own. */
    SerialWatch(Fleet fleet, LongSupplier nanos) {
        this.fleet = fleet;
        this.nanos = nanos;
    }

    /**
     * Takes note of what a node was told.
     *
     * @param node that was shown to be it, by its certificate or a quote
     * @param serial unsigned in the message; what cannot be one is none
     * @throws Denied if it is more than this gateway knows
     */
    void met(NodeId node, long serial) throws Denied {
        if (serial > 0) {
            note(node, serial);
        }
        if (!ahead(serial)) {
            return;
        }
        Optional<Denied> rolledBack = fleet.view().node(node).map(Node::tenant).flatMap(this::rolledBack);
        throw rolledBack.isPresent() ? rolledBack.get() : stale(serial, "");
    }

    /** What to tell somebody who is refused: whoever was told more than is known here may well be refused for that. Nothing is noted. */
    Denied instead(long serial, Denied denied) {
        return ahead(serial) ? stale(serial, " (here it is refused as " + denied.code() + ")") : denied;
    }

    private boolean ahead(long serial) {
        return serial > fleet.view().serial();
    }

    private Denied stale(long serial, String more) {
        return new Denied(
                Code.STORE_STALE,
                "this gateway knows the authority chain up to serial "
                        + fleet.view().serial() + ", and the agent says that it was told " + serial
                        + ": try another gateway, or again in a moment" + more);
    }

    private synchronized void note(NodeId node, long serial) {
        long known = fleet.view().serial();
        long now = nanos.getAsLong();
        Report before = reports.get(node);
        long first = before != null && before.ahead(known) && !before.lapsed(now) ? before.first() : now;
        Report report = new Report(Math.min(serial, known + FURTHEST), first, now);
        if (highest <= known) {
            said.clear();
        }
        reports.put(node, report);
        highest = Math.max(highest, report.serial());
    }

    /** Why nothing is wrapped for a tenant and none of its nodes let in any more, if the store has been behind for too long. */
    Optional<Denied> rolledBack(TenantId tenant) {
        return highest <= fleet.view().serial() ? Optional.empty() : judged(tenant);
    }

    private synchronized Optional<Denied> judged(TenantId tenant) {
        FleetView view = fleet.view();
        long now = nanos.getAsLong();
        reports.values().removeIf(report -> report.lapsed(now));
        highest = reports.values().stream().mapToLong(Report::serial).max().orElse(0);
        List<Report> all = reports.entrySet().stream()
                .filter(entry -> view.node(entry.getKey())
                        .filter(node -> node.active() && node.tenant().equals(tenant))
                        .isPresent())
                .map(Map.Entry::getValue)
                .toList();
        List<Report> heard = all.stream()
                .filter(report -> report.ahead(view.serial()) && now - report.first() >= SPREADING.toNanos())
                .toList();
        long others =
                all.stream().filter(report -> !report.ahead(view.serial())).count();
        if (heard.size() <= others || !believed(heard, view, tenant)) {
            said.remove(tenant);
            return Optional.empty();
        }
        String text =
                "the store was rolled back: " + heard.size() + " node(s) of tenant " + tenant + " were told serial "
                        + heard.stream().mapToLong(Report::serial).min().orElseThrow()
                        + " of the authority chain or a later one, and it ends at " + view.serial()
                        + "; this gateway is read-only for them until 'kekkai store reconcile'";
        if (said.add(tenant)) {
            LOG.error(text);
        }
        return Optional.of(new Denied(Code.STORE_ROLLED_BACK, text));
    }

    private static boolean believed(List<Report> heard, FleetView view, TenantId tenant) {
        return heard.size() > 1
                || heard.size() == 1
                        && heard.getFirst().last() - heard.getFirst().first() >= ALONE.toNanos()
                        && view.of(tenant).stream().filter(Node::active).count() == 1;
    }
}
