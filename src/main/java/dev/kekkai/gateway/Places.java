package dev.kekkai.gateway;

import dev.kekkai.id.SourceBlock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How many attest, or renew, at once: in all, of each group, and from each source. Where there is no place, whoever has most of them gives up one on which nothing was said
 * for a while: so those who take places and say nothing keep nobody out, and take them of each other.
 */
final class Places {
    /** Within this a node says what it has to, or lets itself be told to come again. */
    static final Duration PATIENCE = Duration.ofMillis(500);

    private final int most;
    private final int mostOfGroup;
    private final int mostOfSource;
    private final LongSupplier nanos;
    private final Map<String, Set<Place>> groups = new HashMap<>();
    private int taken;

    Places(int most, int mostOfGroup, int mostOfSource) {
        this(most, mostOfGroup, mostOfSource, System::nanoTime);
    }

    /** For tests, with a monotonic clock of their own. */
    Places(int most, int mostOfGroup, int mostOfSource, LongSupplier nanos) {
        this.most = most;
        this.mostOfGroup = mostOfGroup;
        this.mostOfSource = mostOfSource;
        this.nanos = nanos;
    }

    /** One stream's place. */
    final class Place {
        private final String group;
        private final SourceBlock source;
        private final long since = nanos.getAsLong();
        private final Runnable displaced;
        private boolean spoke;
        private boolean left;

        private Place(String group, SourceBlock source, Runnable displaced) {
            this.group = group;
            this.source = source;
            this.displaced = displaced;
        }

        /** What was waited for has come: nobody takes it any more. */
        void spoke() {
            synchronized (Places.this) {
                spoke = true;
            }
        }

        /** Gives it back; more than once does nothing. */
        void leave() {
            synchronized (Places.this) {
                giveUp(this);
            }
        }

        private boolean silent() {
            return !spoke && nanos.getAsLong() - since >= PATIENCE.toNanos();
        }
    }

    /**
     * Takes a place.
     *
     * @param group that has so many at most: where it comes from, or the node
     * @param source where it comes from
     * @param displaced run, at most once, if it has to make room for another; it is given back then
     * @throws Denied with {@link Code#BUSY} if there is none
     */
    Place enter(String group, SourceBlock source, Runnable displaced) throws Denied {
        Place place = new Place(group, source, displaced);
        Optional<Place> victim = Optional.empty();
        synchronized (this) {
            Set<Place> ofGroup = groups.getOrDefault(group, Set.of());
            if (ofGroup.size() >= mostOfGroup) {
                victim = Optional.of(silentOf(ofGroup).orElseThrow(() -> full(mostOfGroup + " of " + group)));
            } else if (from(source).size() >= mostOfSource) {
                victim = Optional.of(
                        silentOf(from(source)).orElseThrow(() -> full(mostOfSource + " of " + source.text())));
            } else if (taken >= most) {
                victim = Optional.of(ofLargest(ofGroup.size() + 1).orElseThrow(() -> full(String.valueOf(most))));
            }
            victim.ifPresent(this::giveUp);
            groups.computeIfAbsent(group, g -> new LinkedHashSet<>()).add(place);
            taken++;
        }
        victim.ifPresent(gone -> gone.displaced.run());
        return place;
    }

    private Set<Place> from(SourceBlock source) {
        return groups.values().stream()
                .flatMap(Set::stream)
                .filter(place -> place.source.equals(source))
                .collect(Collectors.toSet());
    }

    /** Of a group that has more than that many, the largest first. */
    private Optional<Place> ofLargest(int moreThan) {
        return groups.values().stream()
                .filter(places -> places.size() > moreThan)
                .sorted(Comparator.<Set<Place>>comparingInt(Set::size).reversed())
                .flatMap(places -> silentOf(places).stream())
                .findFirst();
    }

    /** The oldest silent one of whoever has most of them. */
    private static Optional<Place> silentOf(Set<Place> places) {
        Map<SourceBlock, Integer> bySource = new HashMap<>();
        places.forEach(place -> bySource.merge(place.source, 1, Integer::sum));
        Stream<Place> oldestFirst = places.stream().filter(Place::silent);
        return oldestFirst.max(Comparator.<Place>comparingInt(place -> bySource.getOrDefault(place.source, 0))
                .thenComparing(place -> -place.since));
    }

    private void giveUp(Place place) {
        if (place.left) {
            return;
        }
        place.left = true;
        taken--;
        groups.computeIfPresent(place.group, (group, places) -> {
            places.remove(place);
            return places.isEmpty() ? null : places;
        });
    }

    private static Denied full(String what) {
        return new Denied(Code.BUSY, what + " are under way already: try again in a moment");
    }
}
