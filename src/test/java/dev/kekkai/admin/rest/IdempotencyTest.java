package dev.kekkai.admin.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.admin.rest.view.ChangeView;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class IdempotencyTest {
    private final Idempotency remembered = new Idempotency();
    private final AtomicInteger made = new AtomicInteger();

    private Idempotency.Answered<ChangeView> once(String caller, String key, String order) {
        return remembered.once(
                caller,
                key,
                order,
                ChangeView.class,
                () -> new ChangeView(true, "change " + made.incrementAndGet(), List.of()));
    }

    @Test
    void the_same_order_under_the_same_key_is_carried_out_once() {
        Idempotency.Answered<ChangeView> first = once("alice", "k", "rotate");
        Idempotency.Answered<ChangeView> again = once("alice", "k", "rotate");

        assertThat(first.before()).isFalse();
        assertThat(again.before()).isTrue();
        assertThat(again.answer()).isSameAs(first.answer());
        assertThat(made).hasValue(1);
    }

    @Test
    void another_order_under_a_used_key_is_refused() {
        once("alice", "k", "rotate");

        assertProblem(() -> once("alice", "k", "create"), ProblemCode.IDEMPOTENCY_KEY_REUSED);
        assertThat(made).hasValue(1);
    }

    @Test
    void a_key_is_its_callers_own() {
        once("alice", "k", "rotate");
        once("bob", "k", "create");

        assertThat(made).hasValue(2);
    }

    @Test
    void a_second_call_while_the_first_is_under_way_is_refused() {
        remembered.once("alice", "k", "rotate", ChangeView.class, () -> {
            assertProblem(() -> once("alice", "k", "rotate"), ProblemCode.IDEMPOTENCY_KEY_IN_USE);
            return new ChangeView(true, "done", List.of());
        });

        assertThat(made).hasValue(0);
    }

    @Test
    void what_failed_can_be_tried_again() {
        assertProblem(
                () -> remembered.once("alice", "k", "rotate", ChangeView.class, () -> {
                    throw new ProblemException(ProblemCode.HSM_UNAVAILABLE, "gone");
                }),
                ProblemCode.HSM_UNAVAILABLE);

        assertThat(once("alice", "k", "rotate").before()).isFalse();
        assertThat(made).hasValue(1);
    }

    @Test
    void no_key_or_a_strange_one_is_refused() {
        assertProblem(
                () -> remembered.once("alice", null, "rotate", ChangeView.class, () -> null),
                ProblemCode.IDEMPOTENCY_KEY_REQUIRED);
        assertProblem(() -> once("alice", "", "rotate"), ProblemCode.IDEMPOTENCY_KEY_REQUIRED);
        assertProblem(() -> once("alice", "a b", "rotate"), ProblemCode.IDEMPOTENCY_KEY_REQUIRED);
        assertProblem(() -> once("alice", "k".repeat(129), "rotate"), ProblemCode.IDEMPOTENCY_KEY_REQUIRED);
    }

    @Test
    void one_caller_cannot_take_all_the_room() {
        for (int i = 0; i < 256; i++) {
            once("alice", "k" + i, "rotate");
        }

        assertProblem(() -> once("alice", "one-more", "rotate"), ProblemCode.TOO_MANY_CHANGES);
        assertThat(once("alice", "k0", "rotate").before())
                .as("what is known is still answered")
                .isTrue();
        assertThat(once("bob", "k", "rotate").before()).isFalse();
    }

    private static void assertProblem(ThrowingCallable call, ProblemCode code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
