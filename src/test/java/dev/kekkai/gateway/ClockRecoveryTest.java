package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TlsKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A clock that is set while a gateway runs, or a machine that stood still: nobody is called for it. */
class ClockRecoveryTest extends Served {
    @ParameterizedTest
    @ValueSource(ints = {-60, 60})
    void a_gateway_whose_clock_was_set_recovers_by_itself_once_the_store_is_proved_anew(int minutes) throws Exception {
        TlsKey before = certified();
        X509Certificate shown = gateway.identity().certificate();
        fleet.unproved(true);
        gateway.clockOff(Duration.ofMinutes(minutes));

        await().until(() -> gateway.problem()
                .filter(why -> why.endsWith("the database is away"))
                .isPresent());
        refusedToServe("clock", before);
        assertThat(gateway.hopeless()).isEmpty();
        fleet.unproved(false);
        await().until(() -> gateway.problem().isEmpty());

        assertThat(fleet.proofs()).isPositive();
        assertThat(gateway.identity().certificate()).isNotEqualTo(shown);
        client.key = TlsKey.fresh();
        TlsKey after = client.key.with(NodeClient.certificates(client.attest(gateway)));
        assertThat(after.chain().getFirst().getNotAfter().toInstant())
                .isBetween(
                        Instant.now().plus(Duration.ofMinutes(minutes)),
                        Instant.now().plus(Duration.ofMinutes(minutes)).plus(NodeCertificates.LIFETIME.plusSeconds(2)));
        try (ServeClient serve = ServeClient.open(gateway, after)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
    }

    /** Only then does it help to start the process anew. */
    @Test
    void a_recovery_that_fails_in_a_way_nobody_foresaw_is_hopeless_after_a_minute() {
        AtomicReference<Duration> off = new AtomicReference<>(Duration.ZERO);
        AtomicLong nanos = new AtomicLong();
        AtomicInteger made = new AtomicInteger();
        ClockRecovery recovery = new ClockRecovery(
                new ClockWatch(() -> Instant.now().plus(off.get())),
                now -> {
                    made.incrementAndGet();
                    throw new IllegalStateException("whatever");
                },
                nanos::get);
        recovery.look();
        assertThat(made).hasValue(0);
        off.set(Duration.ofHours(1));

        recovery.look();
        assertThat(recovery.hopeless()).isEmpty();
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        recovery.look();

        assertThat(recovery.hopeless().orElseThrow()).contains("whatever");
        off.set(Duration.ZERO);
        recovery.look();
        assertThat(recovery.hopeless()).isEmpty();
    }
}
