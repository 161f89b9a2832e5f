package dev.kekkai.endtoend;

import static dev.kekkai.testing.process.KmsClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Forger;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.testing.process.SoftHsmToken;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A serving process and an HSM that fails under it, seen from outside: KMS, probes, status command, log. */
class HsmBadDaysIT {
    private static final Duration SECONDS = Duration.ofSeconds(15);
    private static final int NOT_SERVING = 7;

    @TempDir
    Path folder;

    private final ByteString dek = KmsClient.dek();
    private Installation kekkai;
    private FaultyModule module;

    @BeforeEach
    void install() throws Exception {
        kekkai = Installation.withKey(folder);
        module = FaultyModule.before(SoftHsmToken.MODULE, folder, kekkai.token().environment());
        kekkai.edit("module: " + SoftHsmToken.MODULE, "module: " + module.path());
    }

    @Test
    void a_lost_token_is_told_everywhere_and_serves_again_in_the_same_process_when_it_is_back() throws Exception {
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client();
                KeyIdWatch keyIds = KeyIdWatch.on(server)) {
            EncryptResponse wrapped = client.wrap(dek);
            Injection absence = module.inject(Fault.tokenAbsent());

            // Whoever has a session is told that the device is removed, whoever wants one that no token is present.
            assertThat(refusal(() -> client.wrap(dek)).getDescription())
                    .containsAnyOf("CKR_DEVICE_REMOVED", "CKR_TOKEN_NOT_PRESENT");
            await().atMost(SECONDS).until(() -> server.probe("/readyz").statusCode() == 503);
            await().atMost(SECONDS)
                    .until(() -> server.probe("/readyz").body().contains("the module shows no token 'kekkai'"));
            assertThat(client.status().getHealthz())
                    .contains("out of reach since")
                    .containsAnyOf("CKR_DEVICE_REMOVED", "CKR_TOKEN_NOT_PRESENT");
            Status refused = refusal(() -> client.unwrap(wrapped.getCiphertext(), wrapped.getKeyId()));
            assertThat(refused.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(server.probe("/livez").statusCode()).isEqualTo(200);
            Finished told = kekkai.run("status").endedWith(NOT_SERVING);
            assertThat(told.out()).contains("hsm link").contains("looking for the token: the HSM answered CKR_");
            assertThat(kekkai.run("status", "-o", "json")
                            .endedWith(NOT_SERVING)
                            .json()
                            .at("/hsm/link")
                            .asText())
                    .isEqualTo("DOWN");

            absence.lift();

            await().atMost(SECONDS).until(() -> client.status().getHealthz().equals("ok"));
            assertThat(server.probe("/readyz").statusCode()).isEqualTo(200);
            assertThat(client.unwrap(wrapped.getCiphertext(), wrapped.getKeyId()))
                    .isEqualTo(dek);
            assertThat(kekkai.run("status").succeeded().out())
                    .contains("hsm link")
                    .contains("up");
            assertThat(server.output())
                    .containsPattern(
                            "token 'kekkai' is out of reach \\(the HSM answered CKR_(DEVICE_REMOVED|TOKEN_NOT_PRESENT)\\)")
                    .contains("is back after");
            assertThat(keyIds.seen()).containsExactly(wrapped.getKeyId());
        }
        assertThat(module.counters().tokenRemovals()).isEqualTo(1);
        assertThat(module.counters().logins()).isEqualTo(2);
        assertThat(module.counters().loginsRefused()).isZero();
    }

    @Test
    void a_token_that_comes_back_with_another_key_under_the_same_id_wraps_nothing() throws Exception {
        JsonNode version = kekkai.keys().get(0);
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client();
                KeyIdWatch keyIds = KeyIdWatch.on(server)) {
            EncryptResponse wrapped = client.wrap(dek);
            String lineage = kekkai.run("status", "-o", "json")
                    .succeeded()
                    .json()
                    .get("lineage")
                    .asText();
            Injection absence = module.inject(Fault.tokenAbsent());
            refusal(() -> client.wrap(dek));
            kekkai.token().removeKey(version.get("versionId").asText());
            kekkai.edit("module: " + module.path(), "module: " + SoftHsmToken.MODULE);
            Forger.generate(kekkai, version, lineage);

            absence.lift();

            await().atMost(SECONDS).until(() -> client.status().getHealthz().contains("its canary does not open"));
            assertThat(refusal(() -> client.wrap(dek)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(keyIds.seen()).containsExactly(wrapped.getKeyId());
        }
        assertThat(module.counters().tokenRemovals()).isEqualTo(1);
    }

    @Test
    void calls_that_hang_for_ever_fail_livez_when_max_stuck_is_spent_and_not_before() throws Exception {
        kekkai.edit(
                "allow-soft-token: true",
                "allow-soft-token: true\n      sessions: 2\n      stuck-after: 1s\n      max-stuck: 3");
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client();
                KeyIdWatch keyIds = KeyIdWatch.on(server)) {
            EncryptResponse wrapped = client.wrap(dek);
            module.inject(Fault.hangForever("C_Encrypt"));

            assertThat(refusal(() -> client.wrap(dek)).getCode())
                    .isIn(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);
            assertThat(module.counters().hanging()).isPositive();
            assertThat(server.probe("/livez").statusCode())
                    .as("with %d of 3 stuck", module.counters().hanging())
                    .isEqualTo(200);

            await().atMost(Duration.ofSeconds(40))
                    .until(() -> server.probe("/livez").statusCode() == 503);
            assertThat(server.probe("/livez").body())
                    .contains("3 calls hang inside the PKCS#11 module")
                    .contains("only a restart");
            assertThat(module.counters().hanging()).isEqualTo(3);
            assertThat(server.probe("/readyz").statusCode()).isEqualTo(503);
            assertThat(kekkai.run("status").endedWith(NOT_SERVING).out()).contains("3 stuck calls of at most 3");
            assertThat(keyIds.seen()).containsExactly(wrapped.getKeyId());

            module.calm();
            server.kill();
        }
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            assertThat(client.status().getHealthz()).isEqualTo("ok");
            assertThat(server.probe("/livez").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_module_that_dies_takes_the_process_with_it_and_a_restart_serves_what_was_wrapped_before() throws Exception {
        EncryptResponse wrapped;
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            wrapped = client.wrap(dek);
            module.inject(Fault.crash("C_Encrypt"));

            assertThat(refusal(() -> client.wrap(dek)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(server.awaitEnd()).as("ended by a signal").isGreaterThan(128);
        }
        assertThat(module.counters().injected("C_Encrypt")).isEqualTo(1);
        module.calm();

        long begin = System.nanoTime();
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            assertThat(client.status().getHealthz()).isEqualTo("ok");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(60));
            assertThat(client.unwrap(wrapped.getCiphertext(), wrapped.getKeyId()))
                    .isEqualTo(dek);
        }
    }

    /** Asks Status all the time, as no apiserver would, and remembers every {@code key_id} it is told. */
    private static final class KeyIdWatch implements AutoCloseable {
        private final Set<String> seen = ConcurrentHashMap.newKeySet();
        private final Thread asking;
        private volatile boolean stop;

        private KeyIdWatch(KmsClient client) {
            asking = Thread.ofPlatform().daemon().start(() -> {
                try (client) {
                    while (!stop) {
                        seen.add(client.status().getKeyId());
                        Thread.sleep(20);
                    }
                } catch (InterruptedException | StatusRuntimeException e) {
                    // The server has ended.
                }
            });
        }

        static KeyIdWatch on(KekkaiProcess server) {
            return new KeyIdWatch(server.client());
        }

        Set<String> seen() {
            return seen;
        }

        @Override
        public void close() {
            stop = true;
            asking.interrupt();
        }
    }
}
