package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.testing.process.Leak;
import dev.kekkai.testing.process.SoftHsmToken;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 64 callers for thirty seconds, over both APIs, and what the audit trail says of it afterwards. */
class ManyCallersIT {
    private static final int CALLERS = 64;
    private static final int CONNECTIONS = 8;
    private static final long NANOS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    Path folder;

    /** Each DEK begins with these, so that one search finds any of them. */
    private final ByteString marker = KmsClient.dek().substring(0, 15);

    private final Set<String> wrapped = ConcurrentHashMap.newKeySet();
    private final Set<String> unwrapped = ConcurrentHashMap.newKeySet();
    private final Set<ByteString> ciphertexts = ConcurrentHashMap.newKeySet();
    private final AtomicInteger v1Calls = new AtomicInteger();

    @Test
    void every_caller_gets_its_own_dek_back_and_every_call_is_on_record() throws Exception {
        Installation kekkai = Installation.withKey(folder);
        try (KekkaiProcess server = kekkai.serve()) {
            callFromAllSides(server);
            assertThat(server.terminate()).isIn(0, 143);
            assertThat(Leak.of(marker, server.output())).isEmpty();
        }

        assertThat(wrapped).hasSizeGreaterThan(CALLERS);
        assertThat(v1Calls.get()).isGreaterThan(CALLERS);
        assertThat(ciphertexts).as("no two wraps gave the same bytes").hasSize(wrapped.size() + v1Calls.get());
        checkTrail(kekkai.state().resolve("audit.jsonl"));
        assertThat(Leak.of(marker, kekkai.state())).isEmpty();
        assertThat(Leak.of(ByteString.copyFromUtf8(SoftHsmToken.PIN), kekkai.state()))
                .isEmpty();
    }

    private void callFromAllSides(KekkaiProcess server) throws Exception {
        List<KmsClient> clients =
                Stream.generate(server::client).limit(CONNECTIONS).toList();
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            long end = System.nanoTime() + NANOS;
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                String caller = "caller-" + i;
                KmsClient client = clients.get(i % CONNECTIONS);
                work.add(() -> {
                    for (int turn = 0; System.nanoTime() < end; turn++) {
                        call(client, caller + "-" + turn, turn % 4 == 0);
                    }
                    return null;
                });
            }
            for (Future<Void> caller : callers.invokeAll(work)) {
                caller.get(); // the first error of any caller fails the test
            }
        } finally {
            clients.forEach(KmsClient::close);
        }
    }

    private void call(KmsClient client, String uid, boolean overV1) {
        ByteString dek = marker.concat(KmsClient.dek()).substring(0, 32);
        if (overV1) {
            ByteString cipher = client.wrapV1(dek);
            assertThat(client.unwrapV1(cipher)).isEqualTo(dek);
            ciphertexts.add(cipher);
            v1Calls.incrementAndGet();
        } else {
            EncryptResponse answer = client.wrap(dek, uid + "-wrap");
            wrapped.add(uid + "-wrap");
            assertThat(client.unwrap(answer.getCiphertext(), answer.getKeyId(), uid + "-unwrap"))
                    .isEqualTo(dek);
            unwrapped.add(uid + "-unwrap");
            ciphertexts.add(answer.getCiphertext());
        }
    }

    private void checkTrail(Path trail) throws Exception {
        ObjectMapper json = new ObjectMapper();
        Set<String> wraps = new HashSet<>();
        Set<String> unwraps = new HashSet<>();
        int v1 = 0;
        long seq = 0;
        try (Stream<String> lines = Files.lines(trail)) {
            for (String line : (Iterable<String>) lines::iterator) {
                JsonNode record = json.readTree(line);
                assertThat(record.get("seq").asLong()).isEqualTo(++seq);
                String action = record.get("action").asText();
                if (!action.equals("wrap") && !action.equals("unwrap")) {
                    continue;
                }
                assertThat(record.get("outcome").asText()).as(line).isEqualTo("done");
                if (record.get("api").asText().equals("v1beta1")) {
                    v1++;
                } else {
                    Set<String> seen = action.equals("wrap") ? wraps : unwraps;
                    assertThat(seen.add(record.get("uid").asText()))
                            .as("recorded once: %s", line)
                            .isTrue();
                }
            }
        }
        assertThat(wraps).isEqualTo(wrapped);
        assertThat(unwraps).isEqualTo(unwrapped);
        assertThat(v1).isEqualTo(2 * v1Calls.get());
    }
}
