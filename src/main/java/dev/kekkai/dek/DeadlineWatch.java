package dev.kekkai.dek;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Rings for deadlines that pass, up to 10 ms late. Made for deadlines that hardly ever do: to begin and to end a watch is a handful of
 * instructions under a lock that nobody holds for long, where a timer each would keep a heap in order and wake a thread. All that are watched
 * are looked through every 10 ms, as long as there are any.
 */
public final class DeadlineWatch {
    private static final long EVERY_MILLIS = 10;

    private final ScheduledExecutorService timer;
    private final Object lock = new Object();
    private @Nullable Watched first;
    private boolean looking;

    /** @param timer looks through what is watched, and runs what is to be run; it never waits for anything there */
    public DeadlineWatch(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /**
     * Begins to watch.
     *
     * @param late run once, on the timer's thread, unless {@link Watched#end} comes first; must not block
     */
    public Watched begin(Deadline deadline, Runnable late) {
        Watched watched = new Watched(this, deadline, late);
        boolean idle;
        synchronized (lock) {
            watched.next = first;
            if (first != null) {
                first.previous = watched;
            }
            first = watched;
            idle = !looking;
            looking = true;
        }
        if (idle) {
            lookLater();
        }
        return watched;
    }

    private void lookLater() {
        try {
            var unused = timer.schedule(this::look, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The process is stopping, and those who wait are told so by whoever stops.
        }
    }

    /** As a task of its own, so that one which fails takes no other with it. */
    private void ring(Runnable late) {
        try {
            timer.execute(late);
        } catch (RejectedExecutionException e) {
            // As above.
        }
    }

    /** Goes on as long as there are any. */
    private void look() {
        List<Watched> late = new ArrayList<>();
        boolean more;
        synchronized (lock) {
            more = first != null;
            for (Watched each = first; each != null; each = each.next) {
                if (each.deadline.passed()) {
                    late.add(each);
                }
            }
            late.forEach(this::unlink);
            looking = more;
        }
        if (more) {
            lookLater();
        }
        late.forEach(each -> ring(each.late));
    }

    private void unlink(Watched watched) {
        if (watched.over) {
            return;
        }
        watched.over = true;
        Watched before = watched.previous;
        Watched after = watched.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after != null) {
            after.previous = before;
        }
    }

    /** A deadline that is watched. */
    public static final class Watched {
        private final DeadlineWatch watch;
        private final Deadline deadline;
        private final Runnable late;
        private @Nullable Watched previous;
        private @Nullable Watched next;
        private boolean over;

        private Watched(DeadlineWatch watch, Deadline deadline, Runnable late) {
            this.watch = watch;
            this.deadline = deadline;
            this.late = late;
        }

        /** Ends the watch, if it has not rung yet. */
        public void end() {
            synchronized (watch.lock) {
                watch.unlink(this);
            }
        }
    }
}
