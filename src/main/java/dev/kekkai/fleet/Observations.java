package dev.kekkai.fleet;

import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.id.NodeId;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredNode;
import dev.kekkai.store.StoredObservation;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** What was last seen of each node, and what of it has still to be written: per node the latest, so both are as many as there are nodes. */
final class Observations {
    /** How far ahead of ours another gateway's clock may be. */
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final Logger LOG = Logger.getLogger(Observations.class);

    private final Map<NodeId, Seen> seen = new HashMap<>();
    private final Map<NodeId, Seen> unwritten = new HashMap<>();
    /** Gateways that were said to be ahead at the last look. */
    private Set<String> ahead = Set.of();

    /** An observation, and the era that its counters are of. */
    private record Seen(Observation observation, int era) {}

    synchronized Optional<Observation> of(StoredNode node) {
        return Optional.ofNullable(seen.get(node.id())).map(it -> in(node.counterEra(), it));
    }

    /** What this process saw itself is the latest, whatever the clocks say. */
    synchronized void observe(StoredNode node, Observation observation) {
        Seen before = seen.get(node.id());
        Seen now = new Seen(
                before == null ? observation : merged(in(node.counterEra(), before), observation), node.counterEra());
        seen.put(node.id(), now);
        unwritten.put(node.id(), now);
    }

    /**
     * What another gateway saw counts if it is later; its counters count if they are higher. What says that it is of a time to come is not believed
     * that: it counts as seen now where nothing else is known, and as earlier than whatever is.
     */
    synchronized void read(StoredFleet fleet, List<StoredObservation> rows, Instant now) {
        Set<String> doubted = new HashSet<>();
        for (StoredObservation row : rows) {
            StoredNode node = fleet.nodes().get(row.node());
            if (node != null) {
                read(node, new Seen(StoredForms.observation(row), row.counterEra()), now, doubted);
            }
        }
        ahead = doubted;
    }

    private void read(StoredNode node, Seen row, Instant now, Set<String> doubted) {
        int era = node.counterEra();
        Observation theirs = in(era, row);
        boolean doubtful = theirs.at().isAfter(now.plus(TOLERANCE));
        if (doubtful) {
            doubt(theirs, now, doubted);
        }
        Seen ours = seen.get(node.id());
        if (ours == null) {
            seen.put(node.id(), new Seen(doubtful ? with(theirs, now) : theirs, era));
            return;
        }
        Observation mine = in(era, ours);
        boolean later = !doubtful && theirs.at().isAfter(mine.at());
        seen.put(node.id(), new Seen(later ? merged(mine, theirs) : merged(theirs, mine), era));
    }

    private void doubt(Observation theirs, Instant now, Set<String> doubted) {
        if (doubted.add(theirs.gateway()) && !ahead.contains(theirs.gateway())) {
            LOG.errorf(
                    "gateway '%s' says that it saw a node at %s, and the clock here says %s: the clock of one of them is off, and the time is not believed",
                    theirs.gateway().replaceAll("[^!-~]", "?"), theirs.at(), now);
        }
    }

    /** What is of a time to come, as the clock is now, was not seen later than now. */
    synchronized void clockSet(Instant now) {
        seen.replaceAll((node, it) -> it.observation().at().isAfter(now.plus(TOLERANCE))
                ? new Seen(with(it.observation(), now), it.era())
                : it);
        unwritten.replaceAll((node, it) -> seen.getOrDefault(node, it));
    }

    /** Forgets nodes that are not on record any more. */
    synchronized void keep(StoredFleet fleet) {
        seen.keySet().retainAll(fleet.nodes().keySet());
        unwritten.keySet().retainAll(fleet.nodes().keySet());
    }

    /** Takes what is to be written; {@link #giveBack} if that fails. */
    synchronized List<StoredObservation> take() {
        List<StoredObservation> all = unwritten.entrySet().stream()
                .map(entry -> StoredForms.stored(
                        entry.getKey(),
                        entry.getValue().observation(),
                        entry.getValue().era()))
                .toList();
        unwritten.clear();
        return all;
    }

    synchronized void giveBack(List<StoredObservation> failed) {
        for (StoredObservation each : failed) {
            Seen latest = seen.get(each.node());
            if (latest != null) {
                unwritten.put(each.node(), latest);
            }
        }
    }

    /** Counters of an earlier era do not count, and neither do those of one that no operator began. */
    private static Observation in(int era, Seen seen) {
        Observation it = seen.observation();
        return seen.era() == era ? it : with(it, it, Optional.empty());
    }

    /** The later word; where it says nothing of a certificate or counters, what was known. */
    private static Observation merged(Observation earlier, Observation later) {
        Optional<BootCounters> highest = Stream.concat(earlier.counters().stream(), later.counters().stream())
                .max(BootCounters::compareTo);
        return with(later, later.tlsKey().isPresent() ? later : earlier, highest);
    }

    private static Observation with(Observation it, Instant at) {
        return new Observation(
                at,
                it.accepted(),
                it.verdict(),
                it.counters(),
                it.trust(),
                it.tlsKey(),
                it.certificateEnds(),
                it.gateway());
    }

    private static Observation with(Observation it, Observation certified, Optional<BootCounters> counters) {
        return new Observation(
                it.at(),
                it.accepted(),
                it.verdict(),
                counters,
                it.trust().or(certified::trust),
                certified.tlsKey(),
                certified.certificateEnds(),
                it.gateway());
    }
}
