package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.CALLER;
import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.dek;
import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.wrap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.Capacity;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException.TooLate;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.secret.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LateSecretTest {
    /** Opens, but only when it is told to, and cannot be cancelled any more: the module is at it. */
    private static final class Slow implements KeyCustodian {
        private final KeyCustodian custodian;
        private final CompletableFuture<Void> gate = new CompletableFuture<>();

        Slow(KeyCustodian custodian) {
            this.custodian = custodian;
        }

        @Override
        public CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
            return custodian.seal(kek, associatedData, plaintext);
        }

        @Override
        public CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox box) {
            CompletableFuture<Secret> answer = new Uncancellable();
            Future<?> unused = gate.thenCompose(opened -> custodian.open(kek, associatedData, box))
                    .thenAccept(answer::complete);
            return answer;
        }
    }

    private static final class Uncancellable extends CompletableFuture<Secret> {
        @Override
        public boolean cancel(boolean mayInterrupt) {
            return false;
        }
    }

    @Test
    void a_secret_that_comes_after_the_deadline_is_destroyed_and_not_recorded_a_second_time(@TempDir Path folder)
            throws Exception {
        try (KeyringFixture fixture = new KeyringFixture(folder)) {
            fixture.create();
            Keyring keyring = fixture.keyring();
            Slow slow = new Slow(fixture.hsm);
            LocalDekService service = new LocalDekService(
                    Map.of(TENANT, keyring),
                    new Batcher(slow, Capacity.off(1)),
                    fixture.audit,
                    fixture.clock(),
                    fixture.background);
            WrappedDek wrapped = result(service.wrap(wrap(dek(), null)));
            fixture.audit.events().clear();
            assertThatThrownBy(() -> result(service.unwrap(new UnwrapRequest(
                            CALLER, "v2", "", wrapped.envelope(), null, Deadline.in(Duration.ofMillis(500))))))
                    .isInstanceOf(TooLate.class);

            slow.gate.complete(null);

            assertThat(fixture.hsm.opened().getLast().isDestroyed()).isTrue();
            assertThat(fixture.audit.events()).hasSize(1);
        }
    }
}
