package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.dek;
import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.unwrap;
import static dev.kekkai.keyring.KeyringFixture.wrap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.Capacity;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException.Overloaded;
import dev.kekkai.dek.DekException.TooLate;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.custody.HeldHsm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service over an HSM that keeps everybody waiting. */
class BatchedServiceTest {
    @TempDir
    Path folder;

    private KeyringFixture fixture;
    private HeldHsm held;
    private Batcher batcher;
    private LocalDekService service;

    @BeforeEach
    void serve_a_keyring() throws Exception {
        fixture = new KeyringFixture(folder);
        fixture.create();
        held = new HeldHsm(fixture.hsm);
        batcher = new Batcher(held, new Capacity(Capacity.MOST_LEAVES, 1, 1, 2, 20));
        service = new LocalDekService(
                Map.of(TENANT, fixture.keyring()), batcher, fixture.audit, fixture.clock(), fixture.background);
        fixture.audit.events().clear();
    }

    @AfterEach
    void close_the_store() throws Exception {
        batcher.close();
        fixture.close();
    }

    @Test
    void a_storm_shares_one_operation_each_answer_is_recorded_and_opens_to_its_own_dek() throws Exception {
        List<Secret> deks = new ArrayList<>();
        List<CompletionStage<WrappedDek>> wraps = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            deks.add(dek());
            wraps.add(service.wrap(wrap(deks.getLast(), null)));
        }

        held.free();

        for (int i = 1; i < 21; i++) {
            WrappedDek wrapped = result(wraps.get(i));
            assertThat(Envelope.parse(wrapped.envelope())).isInstanceOf(Envelope.Batch.class);
            try (Secret opened = result(service.unwrap(unwrap(wrapped)))) {
                assertThat(opened.lent()).isEqualTo(deks.get(i).lent());
            }
        }
        assertThat(held.operations()).hasSize(2 + 20);
        assertThat(fixture.audit.events())
                .filteredOn(event -> event.action().equals("wrap"))
                .hasSize(21)
                .extracting(AuditEvent::outcome)
                .containsOnly(Outcome.DONE);
        assertThat(fixture.audit.events())
                .filteredOn(event -> event.action().equals("wrap"))
                .extracting(AuditEvent::operation)
                .as("the lone first one, and those who shared the other")
                .doesNotContain("")
                .satisfies(operations -> assertThat(Set.copyOf(operations)).hasSize(2));
    }

    @Test
    void more_than_may_wait_is_refused_at_once_and_recorded() {
        for (int i = 0; i < 21; i++) {
            CompletionStage<WrappedDek> unused = service.wrap(wrap(dek(), null));
        }

        assertThatThrownBy(() -> result(service.wrap(wrap(dek(), null)))).isInstanceOf(Overloaded.class);

        assertThat(fixture.audit.events()).singleElement().satisfies(event -> assertThat(event.outcome())
                .isEqualTo(Outcome.FAILED));
        assertThat(held.operations()).hasSize(1);
    }

    @Test
    void when_the_hsm_hangs_each_is_answered_at_its_own_deadline_and_the_lane_is_free_for_the_next() throws Exception {
        CompletionStage<WrappedDek> alone = service.wrap(wrap(dek(), null));
        CompletionStage<WrappedDek> one = service.wrap(wrap(dek(), null, Deadline.in(Duration.ofMillis(300))));
        CompletionStage<WrappedDek> two = service.wrap(wrap(dek(), null, Deadline.in(Duration.ofMillis(300))));
        held.last().letGo();
        result(alone);

        assertThatThrownBy(() -> result(one)).isInstanceOf(TooLate.class);
        assertThatThrownBy(() -> result(two)).isInstanceOf(TooLate.class);

        assertThat(held.last().stage()).isCancelled();
        assertThat(held.last().given()).isEqualTo(new byte[32]);
        CompletionStage<WrappedDek> next = service.wrap(wrap(dek(), null));
        held.last().letGo();
        result(next);
    }
}
