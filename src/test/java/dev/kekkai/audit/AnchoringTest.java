package dev.kekkai.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.store.AuditAnchor;
import dev.kekkai.testing.authority.MemorySigningKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** When anchors are made, and what is with those that could not be. */
class AnchoringTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-02T03:04:05Z"));
    private final MemorySigningKey key = new MemorySigningKey();
    private final MemoryTrail trail = new MemoryTrail();
    private final MemoryAnchors anchors = new MemoryAnchors();
    private Anchoring anchoring = anchoring();

    private Anchoring anchoring() {
        return new Anchoring(trail, anchors, key::generate, new Anchoring.Pace(MINUTE, 100), now::get);
    }

    @Test
    void an_anchor_is_due_after_the_time_and_not_before() {
        trail.wraps(3);
        anchoring.look();
        assertThat(anchors.kept).isEmpty();

        pass(MINUTE);
        anchoring.look();

        assertThat(anchors.kept).extracting(AuditAnchor::seq).containsExactly(3L);
        assertThat(anchors.kept).allMatch(anchor -> AnchorSignature.verifies(publicKey(), anchor));
        assertThat(anchoring.problem()).isEmpty();
    }

    @Test
    void an_anchor_is_due_after_that_many_records_whatever_the_time() {
        trail.wraps(99);
        anchoring.look();
        assertThat(anchors.kept).isEmpty();

        trail.wraps(1);
        anchoring.look();

        assertThat(anchors.kept).extracting(AuditAnchor::seq).containsExactly(100L);
    }

    @Test
    void nothing_new_is_nothing_to_sign_and_its_own_record_is_nothing_new() {
        trail.wraps(1);
        for (int i = 0; i < 5; i++) {
            pass(MINUTE);
            anchoring.look();
        }

        assertThat(key.signatures()).isEqualTo(1);
        assertThat(trail.events).extracting(AuditEvent::action).containsExactly("wrap", "audit.anchor");
    }

    @Test
    void the_trail_itself_records_the_anchor() {
        trail.wraps(1);
        anchoring.anchor();

        AuditAnchor recorded = AnchorRecord.read(
                        trail.replica(), trail.events.getLast().reason())
                .orElseThrow();
        assertThat(recorded).usingRecursiveComparison().isEqualTo(anchors.kept.getFirst());
    }

    @Test
    void while_the_hsm_is_away_an_anchor_is_late_and_then_covers_all() {
        key.gone();
        trail.wraps(1);
        assertThat(anchoring.anchor()).isFalse();
        assertThat(anchoring.problem()).contains("CKR_DEVICE_REMOVED");
        trail.wraps(4);

        key.back();
        assertThat(anchoring.anchor()).isTrue();

        assertThat(anchoring.problem()).isEmpty();
        assertThat(anchors.kept).extracting(AuditAnchor::seq).containsExactly(5L);
    }

    @Test
    void while_the_database_is_away_an_anchor_is_late_and_the_trail_does_not_claim_it() {
        anchors.away = true;
        trail.wraps(2);
        assertThat(anchoring.anchor()).isFalse();
        assertThat(anchoring.problem()).isEqualTo("the database is away");
        assertThat(trail.events).extracting(AuditEvent::action).containsOnly("wrap");

        anchors.away = false;
        assertThat(anchoring.anchor()).isTrue();
        assertThat(anchors.kept).extracting(AuditAnchor::seq).containsExactly(2L);
    }

    @Test
    void after_a_restart_nothing_new_is_nothing_to_sign() {
        trail.wraps(1);
        anchoring.anchor();

        restart();
        assertThat(anchoring.anchor()).isTrue();

        assertThat(key.signatures()).isEqualTo(1);
        assertThat(trail.events).extracting(AuditEvent::action).containsExactly("wrap", "audit.anchor");
        assertThat(anchoring.last()).isPresent();
    }

    @Test
    void a_trail_that_ends_before_what_was_signed_was_cut_and_says_so_itself() {
        trail.wraps(5);
        anchoring.anchor();
        trail.events.clear();
        trail.wraps(2);

        restart();
        anchoring.anchor();

        assertThat(anchoring.problem()).contains("signed record 5", "ended with record 2");
        assertThat(trail.events).extracting(AuditEvent::action).contains("audit.cut");
    }

    private void restart() {
        trail.opened = trail.head();
        anchoring = anchoring();
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private byte[] publicKey() {
        return key.existing().orElseThrow().publicKey();
    }

    /** Chained as far as heads go. */
    private static final class MemoryTrail implements ChainedTrail {
        private static final UUID REPLICA = new UUID(1, 2);
        private final List<AuditEvent> events = new ArrayList<>();

        private ChainHead opened = ChainHead.NONE;

        void wraps(int count) {
            for (int i = 0; i < count; i++) {
                record(AuditEvent.ofServer("wrap", Outcome.DONE, ""));
            }
        }

        @Override
        public void record(AuditEvent event) {
            events.add(event);
        }

        @Override
        public UUID replica() {
            return REPLICA;
        }

        @Override
        public ChainHead head() {
            return new ChainHead(events.size(), hash(events.size()));
        }

        @Override
        public ChainHead opened() {
            return opened;
        }

        @Override
        public LookBack lookBack(long seq) {
            return new LookBack(seq <= opened.seq() ? Optional.of(hash(seq)) : Optional.empty(), 0);
        }

        private static String hash(long seq) {
            return String.format("%064x", seq);
        }
    }
}
