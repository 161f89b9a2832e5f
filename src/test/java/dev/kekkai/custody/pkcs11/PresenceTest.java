package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PresenceTest {
    private static final Duration NO_TIME = Duration.ofNanos(-1);
    private static final Duration LONG = Duration.ofHours(1);

    private final Presence presence = new Presence();

    @Test
    void a_thread_outside_is_never_written_off() {
        assertThat(presence.writeOffIfStuck()).isFalse();

        presence.enter(NO_TIME);
        assertThat(presence.leave()).isTrue();

        assertThat(presence.writeOffIfStuck()).isFalse();
    }

    @Test
    void a_thread_inside_is_written_off_once_when_its_time_is_over() {
        presence.enter(LONG);
        assertThat(presence.writeOffIfStuck()).isFalse();

        presence.enter(NO_TIME);
        assertThat(presence.writeOffIfStuck()).isTrue();
        assertThat(presence.writeOffIfStuck()).isFalse();
    }

    @Test
    void it_learns_of_it_when_it_comes_out() {
        presence.enter(NO_TIME);
        assertThat(presence.writeOffIfStuck()).isTrue();

        assertThat(presence.step()).isFalse();
        assertThat(presence.leave()).isFalse();
        assertThat(presence.writtenOff()).isTrue();
    }

    @Test
    void time_begins_anew_with_each_step() throws Exception {
        presence.enter(LONG);
        long entered = presence.sinceNanos();

        assertThat(presence.step()).isTrue();

        assertThat(presence.sinceNanos() - entered).isNotNegative();
        assertThat(presence.writeOffIfStuck()).isFalse();
    }
}
