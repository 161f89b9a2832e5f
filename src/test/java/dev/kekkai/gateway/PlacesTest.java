package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.id.SourceBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PlacesTest {
    private final AtomicLong nanos = new AtomicLong();
    private final List<String> displaced = new ArrayList<>();

    private Places.Place enter(Places places, String group, String source, String name) throws Denied {
        return places.enter(group, SourceBlock.of(source), () -> displaced.add(name));
    }

    private void pass() {
        nanos.addAndGet(Places.PATIENCE.toNanos());
    }

    @Test
    void strangers_that_hold_all_places_and_say_nothing_keep_nobody_out() throws Exception {
        Places places = new Places(4, 4, 4, nanos::get);
        for (int i = 0; i < 4; i++) {
            enter(places, "stranger", "192.0.2.1", "stranger " + i);
        }
        pass();

        enter(places, "node", "192.0.2.7", "node");

        assertThat(displaced).containsExactly("stranger 0");
    }

    /** Else whoever comes from many addresses would take them from those that were there first. */
    @Test
    void who_has_as_many_takes_none_from_others() throws Exception {
        Places places = new Places(2, 2, 2, nanos::get);
        enter(places, "node", "192.0.2.7", "node");
        enter(places, "another", "192.0.2.8", "another");
        pass();

        busy(() -> enter(places, "stranger", "192.0.2.1", "stranger"));
        assertThat(displaced).isEmpty();
    }

    @Test
    void who_said_something_or_only_just_came_is_left_alone() throws Exception {
        Places places = new Places(3, 3, 3, nanos::get);
        enter(places, "stranger", "192.0.2.1", "one").spoke();
        pass();
        enter(places, "stranger", "192.0.2.1", "two");
        enter(places, "stranger", "192.0.2.1", "three");

        busy(() -> enter(places, "node", "192.0.2.7", "node"));
        pass();
        enter(places, "node", "192.0.2.7", "node");

        assertThat(displaced).containsExactly("two");
    }

    /** Its EK is no secret. */
    @Test
    void strangers_that_speak_for_a_node_take_its_places_from_each_other() throws Exception {
        Places places = new Places(256, 4, 256, nanos::get);
        enter(places, "node", "192.0.2.7", "the node");
        for (int i = 0; i < 6; i++) {
            nanos.incrementAndGet();
            pass();
            enter(places, "node", "192.0.2.1", "stranger " + i);
        }

        assertThat(displaced).containsExactly("stranger 0", "stranger 1", "stranger 2");
    }

    /** Or it would take all places by speaking for enough nodes. */
    @Test
    void one_source_has_so_many_whomever_it_speaks_for() throws Exception {
        Places places = new Places(256, 4, 2, nanos::get);
        enter(places, "node 1 from a stranger", "192.0.2.1", "one");
        nanos.incrementAndGet();
        enter(places, "node 2 from a stranger", "192.0.2.1", "two");

        busy(() -> enter(places, "node 3 from a stranger", "192.0.2.1", "three"));
        enter(places, "node 3", "192.0.2.7", "the node");
        pass();
        enter(places, "node 4 from a stranger", "192.0.2.1", "four");

        assertThat(displaced).containsExactly("one");
    }

    @Test
    void a_place_is_given_back_once() throws Exception {
        Places places = new Places(1, 1, 1, nanos::get);
        Places.Place place = enter(places, "node", "192.0.2.7", "node");
        place.leave();
        place.leave();
        enter(places, "node", "192.0.2.7", "again");

        busy(() -> enter(places, "other", "192.0.2.8", "other"));
    }

    private interface Attempt {
        void make() throws Denied;
    }

    private static void busy(Attempt attempt) {
        assertThatExceptionOfType(Denied.class).isThrownBy(attempt::make).satisfies(denied -> assertThat(denied.code())
                .isEqualTo("busy"));
    }
}
