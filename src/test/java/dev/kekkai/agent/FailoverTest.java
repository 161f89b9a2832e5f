package dev.kekkai.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.dek.DekException;
import dev.kekkai.dek.Health;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.agent.SmallGateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several gateways: which one is asked, and what becomes of calls when one dies, drains, lags or cannot. */
class FailoverTest {
    @TempDir
    Path folder;

    private AgentFixture agent;

    @BeforeEach
    void boot_a_node() throws Exception {
        agent = new AgentFixture(folder);
    }

    @AfterEach
    void end() throws Exception {
        agent.close();
    }

    @Test
    void calls_stay_with_one_gateway() throws Exception {
        SmallGateway one = agent.gateway();
        SmallGateway two = agent.gateway();
        agent.start(one, two);
        agent.roundTrip();
        SmallGateway preferred = one.calls.get() > 0 ? one : two;

        for (int i = 0; i < 20; i++) {
            agent.roundTrip();
        }

        assertThat(preferred.calls).hasValue(42);
        assertThat(one.calls.get() + two.calls.get()).isEqualTo(42);
    }

    @Test
    void a_gateway_two_versions_of_the_protocol_ahead_is_passed_over_with_the_reason() throws Exception {
        SmallGateway one = agent.gateway();
        SmallGateway two = agent.gateway();
        two.tell(status -> status.toBuilder().setProtocol(3).build());

        agent.begin(one, two);

        await().atMost(AgentFixture.PATIENCE).until(agent::healthy);
        await().atMost(AgentFixture.PATIENCE)
                .untilAsserted(() -> assertThat(agent.report().links().get(1).problem())
                        .contains("the agent speaks protocol version 1 and the gateway 3")
                        .contains("update the agent first"));
        agent.roundTrip();
        assertThat(agent.fleet.attestations).hasValue(1);

        two.tell(status -> status.toBuilder().setProtocol(2).build());
        await().atMost(AgentFixture.PATIENCE).untilAsserted(() -> assertThat(
                        agent.report().links())
                .extracting(UplinkReport.Link::problem, UplinkReport.Link::protocol)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple("", 1), org.assertj.core.api.Assertions.tuple("", 2)));
    }

    @Test
    void a_gateway_killed_under_load_costs_no_call_while_a_second_one_is_alive() throws Exception {
        SmallGateway one = agent.gateway();
        SmallGateway two = agent.gateway();
        agent.start(one, two);
        agent.roundTrip();
        SmallGateway dies = one.calls.get() > 0 ? one : two;
        SmallGateway lives = dies == one ? two : one;
        List<CompletableFuture<WrappedDek>> before = inFlight(dies, 50);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger done = new AtomicInteger();
        List<Throwable> failures = new ArrayList<>();
        Thread load = Thread.startVirtualThread(() -> {
            while (!stop.get()) {
                try {
                    agent.wrap(new byte[32], null, AgentFixture.PATIENCE).join();
                    done.incrementAndGet();
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            }
        });

        dies.kill();

        for (CompletableFuture<WrappedDek> call : before) {
            assertThat(call.get(30, TimeUnit.SECONDS).envelope()).isNotEmpty();
        }
        int afterDeath = done.get();
        await().atMost(AgentFixture.PATIENCE).until(() -> done.get() > afterDeath + 100);
        stop.set(true);
        load.join();
        assertThat(failures).isEmpty();
        assertThat(lives.calls.get()).as("what the second one was asked again").isGreaterThanOrEqualTo(50);
        assertThat(agent.healthy()).isTrue();
    }

    /** Calls that a gateway has received and not answered. */
    private List<CompletableFuture<WrappedDek>> inFlight(SmallGateway gateway, int count) {
        gateway.gate = new CompletableFuture<>();
        int received = gateway.calls.get();
        List<CompletableFuture<WrappedDek>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(agent.wrap(new byte[32], null, AgentFixture.PATIENCE));
        }
        await().atMost(AgentFixture.PATIENCE).until(() -> gateway.calls.get() >= received + count);
        assertThat(calls).noneMatch(CompletableFuture::isDone);
        return calls;
    }

    @Test
    void a_gateway_that_falls_silent_costs_half_of_one_callers_time_and_the_next_caller_none() throws Exception {
        SmallGateway one = agent.gateway();
        SmallGateway two = agent.gateway();
        agent.start(one, two);
        agent.roundTrip();
        SmallGateway silent = one.calls.get() > 0 ? one : two;
        silent.gate = new CompletableFuture<>();
        int heard = silent.calls.get();

        assertThat(agent.wrap(new byte[32], null, Duration.ofSeconds(3)).get().envelope())
                .isNotEmpty();
        assertThat(silent.calls).as("it was asked, and said nothing").hasValue(heard + 1);
        agent.roundTrip();

        assertThat(silent.calls).as("it was not asked again").hasValue(heard + 1);
        silent.gate.complete(null);
    }

    @Test
    void with_all_down_calls_wait_a_while_and_are_answered_when_one_is_back() throws Exception {
        SmallGateway only = agent.gateway();
        agent.start(only);
        List<CompletableFuture<WrappedDek>> calls = inFlight(only, 3);

        only.kill();
        await().atMost(AgentFixture.PATIENCE).until(() -> !agent.healthy());
        assertThat(calls).noneMatch(CompletableFuture::isDone);
        agent.owned(SmallGateway.restart(agent.fleet, only.address()));

        for (CompletableFuture<WrappedDek> call : calls) {
            assertThat(call.get(30, TimeUnit.SECONDS).envelope()).isNotEmpty();
        }
        await().atMost(AgentFixture.PATIENCE).until(agent::healthy);
    }

    @Test
    void while_all_are_down_status_keeps_the_key_id_and_says_why_and_a_call_ends_with_the_reason() throws Exception {
        SmallGateway only = agent.gateway();
        agent.start(only);
        KeyId keyId = agent.status().keyId();

        only.kill();

        await().atMost(AgentFixture.PATIENCE)
                .until(() -> agent.reason().contains("no gateway serves: " + only.address()));
        assertThat(agent.status().keyId()).isEqualTo(keyId);
        assertThat(AgentFixture.failure(agent.wrap(new byte[32], null, Duration.ofSeconds(1))))
                .isInstanceOf(DekException.Unavailable.class)
                .hasMessageContaining("no gateway serves");
    }

    @Test
    void a_gateway_that_drains_gets_no_more_calls_and_answers_those_it_has() throws Exception {
        SmallGateway one = agent.gateway();
        SmallGateway two = agent.gateway();
        agent.start(one, two);
        agent.roundTrip();
        SmallGateway drains = one.calls.get() > 0 ? one : two;
        List<CompletableFuture<WrappedDek>> calls = inFlight(drains, 3);

        drains.drain();
        await().atMost(AgentFixture.PATIENCE).until(() -> agent.report().links().stream()
                .anyMatch(link -> link.problem().contains("about to end")));
        int asked = drains.calls.get();
        agent.roundTrip();
        assertThat(drains.calls).hasValue(asked);

        drains.gate.complete(null);
        for (CompletableFuture<WrappedDek> call : calls) {
            assertThat(call.get(30, TimeUnit.SECONDS).envelope()).isNotEmpty();
        }
        assertThat(drains.calls).as("nothing was asked again").hasValue(asked);
    }

    @Test
    void a_replica_with_a_lower_epoch_is_passed_over_and_the_key_id_never_goes_back() throws Exception {
        SmallGateway one = agent.gateway();
        SmallGateway two = agent.gateway();
        agent.start(one, two);
        agent.roundTrip();
        SmallGateway lags = one.calls.get() > 0 ? one : two;
        SmallGateway ahead = lags == one ? two : one;
        var old = agent.fleet.dek.status(TenantId.DEFAULT);
        lags.tell(status -> status.toBuilder()
                .setKeyId(old.keyId().value())
                .setEpoch(old.epoch())
                .build());

        KeyId next = agent.fleet.dek.rotate();
        ahead.tellStatus();
        await().atMost(AgentFixture.PATIENCE).until(() -> agent.status().keyId().equals(next));
        int asked = lags.calls.get();
        agent.roundTrip();

        assertThat(lags.calls).hasValue(asked);
        lags.tellStatus();
        ahead.kill();
        await().atMost(AgentFixture.PATIENCE).until(() -> agent.reason().contains("it lags: its key is of epoch"));
        assertThat(agent.status().keyId()).isEqualTo(next);
        lags.tell(status -> status);
        await().atMost(AgentFixture.PATIENCE).until(agent::healthy);
        agent.roundTrip();
    }

    @Test
    void a_replica_with_a_lower_authority_serial_is_passed_over() throws Exception {
        SmallGateway one = agent.gateway();
        agent.fleet.serial.set(7);
        agent.start(one);

        one.tell(status -> status.toBuilder().setAuthoritySerial(6).build());

        await().atMost(AgentFixture.PATIENCE)
                .until(() -> agent.reason().contains("its authority serial is 6, and 7 was seen"));
        assertThat(AgentFixture.failure(agent.wrap(new byte[32], null, Duration.ofSeconds(1))))
                .isInstanceOf(DekException.Unavailable.class);
        assertThat(one.calls).hasValue(0);
    }

    @Test
    void status_and_encrypt_never_disagree_during_a_rotation() throws Exception {
        SmallGateway one = agent.gateway();
        agent.start(one);
        KeyId told = agent.status().keyId();

        KeyId next = agent.fleet.dek.rotate();

        assertThat(agent.wrap(new byte[32], null, AgentFixture.PATIENCE).get().keyId())
                .as("before the gateway told the new one")
                .isEqualTo(told)
                .isEqualTo(agent.status().keyId());
        one.tellStatus();
        await().atMost(AgentFixture.PATIENCE).until(() -> agent.status().keyId().equals(next));
        assertThat(agent.wrap(new byte[32], told, AgentFixture.PATIENCE).get().keyId())
                .as("for an apiserver that was told the old one")
                .isEqualTo(told);
        assertThat(agent.wrap(new byte[32], null, AgentFixture.PATIENCE).get().keyId())
                .isEqualTo(next);
    }

    @Test
    void a_key_id_that_no_gateway_wraps_for_any_more_is_answered_with_the_one_that_does() throws Exception {
        SmallGateway one = agent.gateway();
        agent.start(one);
        KeyId current = agent.status().keyId();

        Throwable failure =
                AgentFixture.failure(agent.wrap(new byte[32], new KeyId("kekkai:OLD"), AgentFixture.PATIENCE));

        assertThat(failure).isInstanceOfSatisfying(DekException.StaleKey.class, stale -> assertThat(stale.current())
                .isEqualTo(current));
    }

    @Test
    void when_every_hsm_is_down_status_is_unhealthy_with_the_reason_and_the_key_id_stays() throws Exception {
        SmallGateway one = agent.gateway();
        SmallGateway two = agent.gateway();
        agent.start(one, two);
        KeyId keyId = agent.status().keyId();

        agent.fleet.dek.health(new Health.Unhealthy("the token is gone", Duration.ZERO));
        agent.fleet.dek.failWith(new DekException.Unavailable("the token is gone"));
        one.tellStatus();
        two.tellStatus();

        await().atMost(AgentFixture.PATIENCE).until(() -> agent.reason().contains("the token is gone"));
        assertThat(agent.status().keyId()).isEqualTo(keyId);
        assertThat(AgentFixture.failure(agent.wrap(new byte[32], null, AgentFixture.PATIENCE)))
                .isInstanceOf(DekException.Unavailable.class)
                .hasMessageContaining("the token is gone");
        assertThat(one.calls.get() + two.calls.get()).as("each was asked once").isEqualTo(2);
    }

    @Test
    void what_waits_while_a_message_is_written_goes_together() throws Exception {
        SmallGateway one = agent.gateway();
        agent.start(one);

        List<CompletableFuture<WrappedDek>> calls = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 100; i++) {
                    CompletableFuture<WrappedDek> call = agent.wrap(new byte[32], null, AgentFixture.PATIENCE);
                    synchronized (calls) {
                        calls.add(call);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);

        assertThat(one.calls).hasValue(800);
        assertThat(one.messages.get()).isLessThan(800);
    }

    @Test
    void more_than_the_bound_is_refused_at_once_and_the_rest_is_answered() throws Exception {
        agent.most(4);
        SmallGateway one = agent.gateway();
        agent.start(one);
        List<CompletableFuture<WrappedDek>> four = inFlight(one, 4);

        CompletableFuture<WrappedDek> fifth = agent.wrap(new byte[32], null, AgentFixture.PATIENCE);

        assertThat(fifth).isCompletedExceptionally();
        assertThat(AgentFixture.failure(fifth)).isInstanceOf(DekException.Overloaded.class);
        one.gate.complete(null);
        for (CompletableFuture<WrappedDek> call : four) {
            assertThat(call.get(30, TimeUnit.SECONDS).envelope()).isNotEmpty();
        }
        agent.roundTrip();
    }

    @Test
    void a_deadline_that_passes_answers_the_caller() throws Exception {
        SmallGateway one = agent.gateway();
        agent.start(one);
        one.gate = new CompletableFuture<>();

        Throwable failure = AgentFixture.failure(agent.wrap(new byte[32], null, Duration.ofMillis(200)));

        assertThat(failure).isInstanceOf(DekException.TooLate.class);
        assertThat(one.calls).as("it was there").hasValue(1);
    }
}
