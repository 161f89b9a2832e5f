package dev.kekkai.dek;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlineWatchTest {
    private static final Duration FAR = Duration.ofMinutes(5);

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final DeadlineWatch watch = new DeadlineWatch(timer);

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void a_deadline_that_passes_rings_once_and_not_before() {
        Deadline deadline = Deadline.in(Duration.ofMillis(40));
        AtomicInteger rung = new AtomicInteger();
        List<Boolean> passed = new ArrayList<>();

        watch.begin(deadline, () -> {
            passed.add(deadline.passed());
            rung.incrementAndGet();
        });

        await().until(() -> rung.get() == 1);
        await().until(() -> timer.getQueue().isEmpty() && timer.getActiveCount() == 0);
        assertThat(rung).hasValue(1);
        assertThat(passed).containsExactly(true);
    }

    @Test
    void who_ends_the_watch_hears_nothing_and_the_others_do() {
        Set<Integer> rung = ConcurrentHashMap.newKeySet();
        List<DeadlineWatch.Watched> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            all.add(watch.begin(Deadline.in(Duration.ofMillis(100)), () -> rung.add(number)));
        }
        for (int i = 0; i < 100; i += 3) {
            all.get(i).end();
            all.get(i).end();
        }

        await().until(() -> rung.size() == 66);
        await().until(() -> timer.getQueue().isEmpty() && timer.getActiveCount() == 0);
        assertThat(rung).hasSize(66).noneMatch(number -> number % 3 == 0);
    }

    @Test
    void a_task_that_fails_takes_no_other_with_it() {
        AtomicInteger rung = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            watch.begin(Deadline.in(Duration.ZERO), () -> {
                rung.incrementAndGet();
                throw new IllegalStateException("of this one alone");
            });
        }
        await().until(() -> rung.get() == 10);

        watch.begin(Deadline.in(Duration.ZERO), rung::incrementAndGet);
        await().until(() -> rung.get() == 11);
    }

    @Test
    void nobody_looks_when_nothing_is_watched() {
        watch.begin(Deadline.in(FAR), () -> {}).end();

        await().until(() -> timer.getQueue().isEmpty() && timer.getActiveCount() == 0);
    }

    @Test
    void a_timer_that_has_stopped_is_nobodys_failure() {
        timer.shutdownNow();

        watch.begin(Deadline.in(FAR), () -> {}).end();
    }
}
