package dev.kekkai.keyring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.id.TenantId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class RecorderTest {
    private final Trail trail = new Trail();
    private final Recorder recorder = new Recorder(trail);

    @Test
    void who_is_alone_is_recorded_at_once() {
        recorder.begin();

        assertThat(recorder.record(event("a")).toCompletableFuture()).isCompleted();
        assertThat(trail.alone).containsExactly(event("a"));
    }

    @Test
    void who_is_one_of_many_is_recorded_with_the_others() {
        recorder.begin();
        recorder.begin();
        recorder.begin();
        recorder.forget();

        CompletableFuture<Void> first = recorder.record(event("a")).toCompletableFuture();
        CompletableFuture<Void> last = recorder.record(event("b")).toCompletableFuture();

        assertThat(trail.together).containsExactly(event("a"));
        assertThat(trail.alone).containsExactly(event("b"));
        assertThat(first).isNotDone();
        assertThat(last).isCompleted();
        trail.written.complete(null);
        assertThat(first).isCompleted();
    }

    @Test
    void what_cannot_be_recorded_fails_either_way() {
        trail.full = true;
        recorder.begin();
        recorder.begin();
        CompletableFuture<Void> first = recorder.record(event("a")).toCompletableFuture();
        trail.written.completeExceptionally(new AuditException("full", new IOException()));

        assertThat(first)
                .failsWithin(Duration.ofSeconds(1))
                .withThrowableThat()
                .withCauseInstanceOf(AuditException.class);
        assertThat(recorder.record(event("b")).toCompletableFuture())
                .failsWithin(Duration.ofSeconds(1))
                .withThrowableThat()
                .withCauseInstanceOf(AuditException.class);
    }

    private static AuditEvent event(String uid) {
        return new AuditEvent("wrap", TenantId.DEFAULT, "c", "v2", uid, "", AuditEvent.Outcome.DONE, "");
    }

    private static final class Trail implements AuditTrail {
        private final List<AuditEvent> alone = new ArrayList<>();
        private final List<AuditEvent> together = new ArrayList<>();
        private final CompletableFuture<Void> written = new CompletableFuture<>();
        private boolean full;

        @Override
        public void record(AuditEvent event) throws AuditException {
            if (full) {
                throw new AuditException("full", new IOException());
            }
            alone.add(event);
        }

        @Override
        public CompletionStage<Void> recordWithOthers(AuditEvent event) {
            together.add(event);
            return written;
        }
    }
}
