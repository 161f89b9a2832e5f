package dev.kekkai.batching;

import static dev.kekkai.batching.BatcherFixture.dek;
import static dev.kekkai.batching.BatcherFixture.order;
import static dev.kekkai.batching.BatcherFixture.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.VersionId;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import dev.kekkai.testing.softhsm.SoftHsm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a SoftHSM token behind the module that is slow, fails or hangs when it is told to. */
class SlowTokenTest {
    private static final int STORM = 256;

    @TempDir
    Path folder;

    private final String label = "t-" + UUID.randomUUID().toString().substring(0, 18);
    private FaultyModule module;
    private Pkcs11Token token;
    private Kek kek;

    private void open(int sessions) throws Exception {
        SoftHsm.create(label);
        module = FaultyModule.before(SoftHsm.MODULE, folder, Map.of());
        Path pin = SoftHsm.pinFile(folder.resolve("pin"), SoftHsm.PIN);
        token = Pkcs11Token.open(
                new KekkaiConfig.Custody(
                        SoftHsm.PROFILE,
                        new KekkaiConfig.Pkcs11(module.path(), label, pin, sessions, Duration.ofSeconds(10), 16, true)),
                Files.createDirectories(folder.resolve("state")));
        byte[] id = new byte[VersionId.LENGTH];
        new SecureRandom().nextBytes(id);
        kek = new Kek(VersionId.of(id), BatcherFixture.lineage(), 1, Mechanism.AES_GCM);
        result(token.inventory().generate(kek));
    }

    @BeforeEach
    void have_one_session() throws Exception {
        open(1);
    }

    @AfterEach
    void close() throws Exception {
        module.calm();
        token.close();
        SoftHsm.delete(label);
    }

    private Batcher batcher() {
        return new Batcher(token.custodian(), Capacity.auto(Capacity.MOST_LEAVES, 2, 1));
    }

    private List<CompletableFuture<byte[]>> storm(Batcher batcher, List<Secret> deks) {
        return new ArrayList<>(
                deks.stream().map(dek -> batcher.wrap(order(kek, dek))).toList());
    }

    private static List<Secret> deks() {
        List<Secret> deks = new ArrayList<>();
        for (int i = 0; i < STORM; i++) {
            deks.add(dek());
        }
        return deks;
    }

    private static List<byte[]> results(List<CompletableFuture<byte[]>> wraps) throws Exception {
        List<byte[]> envelopes = new ArrayList<>();
        for (CompletableFuture<byte[]> wrap : wraps) {
            envelopes.add(result(wrap));
        }
        return envelopes;
    }

    @Test
    void a_storm_on_a_slow_token_is_a_few_operations_there_and_back_again() throws Exception {
        List<Secret> deks = deks();
        try (Batcher batcher = batcher();
                Injection _ = module.inject(Fault.latency("*", Duration.ofMillis(50)))) {
            long before = module.counters().calls("C_Encrypt");
            List<byte[]> envelopes = results(storm(batcher, deks));
            assertThat(module.counters().delayed("C_Encrypt")).isPositive();
            assertThat(module.counters().calls("C_Encrypt") - before).isLessThanOrEqualTo(STORM / 25);

            List<CompletableFuture<Secret>> opens = new ArrayList<>();
            for (byte[] envelope : envelopes) {
                opens.add(batcher.unwrap(kek, Envelope.parse(envelope), BatcherFixture.later()));
            }
            for (int i = 0; i < STORM; i++) {
                try (Secret opened = result(opens.get(i))) {
                    assertThat(opened.lent()).isEqualTo(deks.get(i).lent());
                }
            }
            assertThat(module.counters().calls("C_Decrypt")).isLessThanOrEqualTo(STORM / 25);
        }
    }

    /** A storm that waits for a first operation, which hangs; and what the module does to the one after it. */
    private List<CompletableFuture<byte[]>> stormThatMeets(Batcher batcher, Fault fault) throws Exception {
        Injection hang = module.inject(Fault.hang("C_Encrypt"));
        CompletableFuture<byte[]> first = batcher.wrap(order(kek, dek()));
        await().until(() -> module.counters().hanging() == 1);
        long injected = module.counters().injected("C_Encrypt");
        List<CompletableFuture<byte[]>> wraps = storm(batcher, deks());
        module.inject(fault);
        hang.lift();
        assertThat(Envelope.parse(result(first))).isInstanceOf(Envelope.Single.class);
        await().until(() -> module.counters().injected("C_Encrypt") == injected + 1);
        return wraps;
    }

    @Test
    void when_it_fails_once_those_who_shared_the_operation_fail_and_the_next_are_served() throws Exception {
        try (Batcher batcher = batcher()) {
            List<CompletableFuture<byte[]>> wraps = stormThatMeets(
                    batcher, Fault.fail("C_Encrypt", "CKR_DEVICE_ERROR").times(1));

            assertThat(wraps).allSatisfy(wrap -> assertThatThrownBy(() -> result(wrap))
                    .isInstanceOf(CustodyException.Unavailable.class)
                    .hasMessageContaining("CKR_DEVICE_ERROR"));
            // The token is taken for lost until it has been opened again, which takes a moment.
            await().ignoreExceptions().untilAsserted(() -> assertThat(results(storm(batcher, deks())))
                    .hasSize(STORM));
        }
    }

    @Test
    void a_session_that_was_lost_is_not_noticed_by_a_batch() throws Exception {
        try (Batcher batcher = batcher()) {
            List<CompletableFuture<byte[]>> wraps = stormThatMeets(
                    batcher,
                    Fault.fail("C_Encrypt", "CKR_SESSION_HANDLE_INVALID").times(1));

            assertThat(results(wraps)).hasSize(STORM);
        }
    }

    @Test
    void while_it_hangs_those_who_give_up_free_the_lane_and_nothing_piles_up() throws Exception {
        try (Batcher batcher = batcher()) {
            Injection hang = module.inject(Fault.hang("C_Encrypt"));
            List<CompletableFuture<byte[]>> wraps = storm(batcher, deks());
            await().until(() -> module.counters().hanging() == 1);

            wraps.forEach(wrap -> wrap.cancel(false));
            List<CompletableFuture<byte[]>> next = storm(batcher, deks());
            assertThat(next).noneMatch(CompletableFuture::isDone);
            hang.lift();

            assertThat(results(next)).hasSize(STORM);
            assertThat(module.counters().injected("C_Encrypt")).isEqualTo(1);
        }
    }
}
