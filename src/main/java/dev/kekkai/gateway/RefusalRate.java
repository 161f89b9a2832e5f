package dev.kekkai.gateway;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * How many refusals are recorded one by one: from each address, and in all. What is beyond it is counted, and the count goes with the next one, so
 * that nobody who is refused fills the disk.
 */
final class RefusalRate {
    private static final int BURST = 50;
    private static final long NANOS_EACH = 1_000_000_000;
    private static final int BURST_OF_ALL = 200;
    private static final long NANOS_EACH_OF_ALL = 100_000_000;
    private static final int SOURCES = 1024;

    private final LongSupplier nanos;
    private final Bucket all;
    private final Map<String, Bucket> bySource = new LinkedHashMap<>(16, 0.75f, true);
    private long uncounted;

    /**
     * @param nanos the time, on any scale that only goes forward
     */
    RefusalRate(LongSupplier nanos) {
        this.nanos = nanos;
        this.all = new Bucket(BURST_OF_ALL, NANOS_EACH_OF_ALL, nanos.getAsLong());
    }

    /** How many went unrecorded before this one; empty if it is one of them. */
    synchronized OptionalLong admit(String source) {
        long now = nanos.getAsLong();
        Bucket ofSource = bySource.computeIfAbsent(source, s -> new Bucket(BURST, NANOS_EACH, now));
        if (bySource.size() > SOURCES) {
            bySource.remove(bySource.keySet().iterator().next());
        }
        if (!ofSource.hasRoom(now) || !all.hasRoom(now)) {
            uncounted++;
            return OptionalLong.empty();
        }
        ofSource.room--;
        all.room--;
        long before = uncounted;
        uncounted = 0;
        return OptionalLong.of(before);
    }

    /** Counts some that were to be recorded, and could not be. */
    synchronized void unrecorded(long more) {
        uncounted += more;
    }

    private static final class Bucket {
        private final int most;
        private final long nanosEach;
        private long room;
        private long filled;

        Bucket(int most, long nanosEach, long now) {
            this.most = most;
            this.nanosEach = nanosEach;
            this.room = most;
            this.filled = now;
        }

        boolean hasRoom(long now) {
            long more = (now - filled) / nanosEach;
            room = Math.min(most, room + more);
            filled += more * nanosEach;
            return room > 0;
        }
    }
}
