package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.CALLER;
import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.dek;
import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.unwrap;
import static dev.kekkai.keyring.KeyringFixture.wrap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.StoredVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDekServiceTest {
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    Path folder;

    private KeyringFixture fixture;
    private StoredVersion version;
    private LocalDekService service;
    private WrappedDek wrapped;

    @BeforeEach
    void serve_a_keyring() throws Exception {
        fixture = new KeyringFixture(folder);
        version = fixture.create();
        service = fixture.service(fixture.keyring());
        wrapped = result(service.wrap(wrap(dek(), null)));
        fixture.audit.events().clear();
    }

    @AfterEach
    void close_the_store() throws Exception {
        fixture.hsm.recover();
        fixture.close();
    }

    @Test
    void status_tells_the_key_id_that_wraps_use() throws Exception {
        assertThat(service.status(TENANT).keyId()).isEqualTo(wrapped.keyId());
        assertThat(service.status(TENANT).epoch()).isEqualTo(1);
    }

    @Test
    void another_tenant_has_no_keyring_here() {
        TenantId stranger = new TenantId(UUID.randomUUID());

        assertThatThrownBy(() -> service.status(stranger)).isInstanceOf(DekException.UnknownKey.class);
    }

    @Test
    void a_wrap_and_an_unwrap_are_recorded_with_caller_uid_and_version() throws Exception {
        WrappedDek again = result(service.wrap(wrap(dek(), null)));
        result(service.unwrap(unwrap(again))).close();

        String id = version.kek().version().toString();
        assertThat(fixture.audit.events())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("operation")
                .containsExactly(
                        new AuditEvent("wrap", TENANT, CALLER.name(), "v2", "uid-1", id, Outcome.DONE, ""),
                        new AuditEvent("unwrap", TENANT, CALLER.name(), "v2", "uid-2", id, Outcome.DONE, ""));
    }

    @Test
    void an_operation_of_the_hsm_is_named_and_a_refusal_without_one_names_none() throws Exception {
        WrappedDek again = result(service.wrap(wrap(dek(), null)));
        result(service.unwrap(unwrap(again))).close();
        assertThatThrownBy(() -> result(service.unwrap(unwrap(new byte[1], null))))
                .isInstanceOf(DekException.Malformed.class);

        List<String> operations =
                fixture.audit.events().stream().map(AuditEvent::operation).toList();
        assertThat(operations).hasSize(3);
        assertThat(operations.subList(0, 2)).doesNotHaveDuplicates().allSatisfy(operation -> assertThat(operation)
                .matches("[0-9a-f]{16}"));
        assertThat(operations.getLast()).isEmpty();
    }

    @Test
    void an_answer_is_recorded_before_it_is_given() throws Exception {
        AtomicReference<CompletionStage<?>> answer = new AtomicReference<>();
        fixture.hsm.hang();
        answer.set(service.unwrap(unwrap(wrapped)));
        AtomicReference<Boolean> answeredBefore = new AtomicReference<>();
        fixture.audit.whenRecorded(
                () -> answeredBefore.set(answer.get().toCompletableFuture().isDone()));

        completePending(Secret.owning(new byte[32]));

        assertThat(answeredBefore).hasValue(false);
        assertThat(answer.get().toCompletableFuture()).isCompleted();
    }

    @Test
    void what_cannot_be_recorded_is_refused_and_its_secret_destroyed() {
        fixture.audit.diskFull(true);

        assertThatThrownBy(() -> result(service.unwrap(unwrap(wrapped))))
                .isInstanceOf(DekException.Unavailable.class)
                .hasMessageContaining("could not be recorded");
        assertThatThrownBy(() -> result(service.wrap(wrap(dek(), null)))).isInstanceOf(DekException.Unavailable.class);

        assertThat(fixture.hsm.opened().getLast().isDestroyed()).isTrue();
    }

    @Test
    void a_refusal_that_cannot_be_recorded_is_an_outage_too() {
        fixture.audit.diskFull(true);

        assertThatThrownBy(() -> result(service.unwrap(unwrap(new byte[1], null))))
                .isInstanceOf(DekException.Unavailable.class);
    }

    @Test
    void a_secret_that_was_answered_is_the_callers_to_destroy() throws Exception {
        try (Secret opened = result(service.unwrap(unwrap(wrapped)))) {
            assertThat(opened.isDestroyed()).isFalse();
        }
    }

    @Test
    void after_the_deadline_nothing_is_begun() {
        int seals = fixture.hsm.seals();
        Deadline passed = new Deadline(System.nanoTime() - 1);

        assertThatThrownBy(() -> result(service.wrap(wrap(dek(), null, passed))))
                .isInstanceOf(DekException.TooLate.class);

        assertThat(fixture.hsm.seals()).isEqualTo(seals);
        assertThat(fixture.audit.last().outcome()).isEqualTo(Outcome.REFUSED);
    }

    @Test
    void when_the_deadline_passes_while_the_hsm_hangs_the_caller_is_answered_and_it_is_recorded_once()
            throws Exception {
        fixture.hsm.hang();

        assertThatThrownBy(() -> result(service.unwrap(unwrapWithin(SHORT)))).isInstanceOf(DekException.TooLate.class);

        completePending(Secret.owning(new byte[32]));
        assertThat(fixture.audit.events()).hasSize(1);
        assertThat(fixture.audit.last().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(fixture.audit.last().reason()).contains("before the caller's deadline");
    }

    @Test
    void a_wrap_or_unwrap_whose_caller_is_gone_is_cancelled_in_the_custodians_queue() {
        fixture.hsm.hang();
        Secret dek = dek();

        assertThatThrownBy(() -> result(service.wrap(wrap(dek, null, Deadline.in(SHORT)))))
                .isInstanceOf(DekException.TooLate.class);
        assertThatThrownBy(() -> result(service.unwrap(unwrapWithin(SHORT)))).isInstanceOf(DekException.TooLate.class);

        assertThat(fixture.hsm.pending()).hasSize(2).allMatch(CompletableFuture::isCancelled);
    }

    @Test
    void it_is_cancelled_before_the_caller_hears_of_it_and_destroys_the_dek() {
        fixture.hsm.hang();
        AtomicReference<Boolean> cancelledBefore = new AtomicReference<>();
        fixture.audit.whenRecorded(
                () -> cancelledBefore.set(fixture.hsm.pending().getFirst().isCancelled()));

        assertThatThrownBy(() -> result(service.wrap(wrap(dek(), null, Deadline.in(SHORT)))))
                .isInstanceOf(DekException.TooLate.class);

        assertThat(cancelledBefore).hasValue(true);
    }

    @Test
    void an_answer_in_time_leaves_no_alarm_behind() throws Exception {
        result(service.unwrap(unwrap(wrapped))).close();

        await().until(() -> fixture.background.getQueue().isEmpty());
    }

    @Test
    void failures_of_the_custodian_keep_their_meaning() {
        fails(new CustodyException.NotAuthentic("x"), DekException.NotAuthentic.class, Outcome.REFUSED);
        fails(new CustodyException.Overloaded("x"), DekException.Overloaded.class, Outcome.FAILED);
        fails(new CustodyException.Unavailable("x"), DekException.Unavailable.class, Outcome.FAILED);
        fails(new CustodyException.KeyMissing("x"), DekException.Unavailable.class, Outcome.FAILED);
        fails(new IllegalStateException("x"), DekException.Unavailable.class, Outcome.FAILED);
    }

    private void fails(Exception cause, Class<? extends DekException> expected, Outcome outcome) {
        fixture.hsm.pending().clear();
        fixture.hsm.hang();
        CompletionStage<Secret> answer = service.unwrap(unwrap(wrapped));
        fixture.hsm.pending().forEach(pending -> pending.completeExceptionally(cause));

        assertThatThrownBy(() -> result(answer)).as(cause.toString()).isInstanceOf(expected);
        assertThat(fixture.audit.last().outcome()).as(cause.toString()).isEqualTo(outcome);
    }

    private UnwrapRequest unwrapWithin(Duration time) {
        return new UnwrapRequest(CALLER, "v2", "uid-2", wrapped.envelope(), wrapped.keyId(), Deadline.in(time));
    }

    @SuppressWarnings("unchecked")
    private void completePending(Secret secret) {
        fixture.hsm.pending().forEach(pending -> ((CompletableFuture<Secret>) pending).complete(secret));
    }
}
