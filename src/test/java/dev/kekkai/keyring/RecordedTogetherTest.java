package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.dek;
import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.unwrap;
import static dev.kekkai.keyring.KeyringFixture.wrap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditException;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.secret.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two requests are under way, so that the record of the one waits for company: whatever it waits for, so does the answer. */
class RecordedTogetherTest {
    @TempDir
    Path folder;

    private final Secret opened = Secret.owning(new byte[32]);
    private KeyringFixture fixture;
    private CompletableFuture<Secret> first;
    private CompletableFuture<Secret> second;
    private CompletableFuture<Void> disk;

    @BeforeEach
    void have_two_requests_under_way() throws Exception {
        fixture = new KeyringFixture(folder);
        fixture.create();
        LocalDekService service = fixture.service(fixture.keyring());
        WrappedDek wrapped = result(service.wrap(wrap(dek(), null)));
        fixture.audit.events().clear();
        fixture.hsm.hang();
        first = service.unwrap(unwrap(wrapped)).toCompletableFuture();
        second = service.unwrap(unwrap(wrapped)).toCompletableFuture();
        disk = fixture.audit.hold();
    }

    @AfterEach
    void close_the_store() throws Exception {
        fixture.hsm.recover();
        fixture.close();
    }

    @Test
    void no_answer_is_given_before_its_record_is_written() {
        openFirst();

        assertThat(first).isNotDone();
        assertThat(fixture.audit.events()).isEmpty();

        disk.complete(null);

        assertThat(fixture.audit.events()).hasSize(1);
        assertThat(first).isCompletedWithValue(opened);
        assertThat(second).isNotDone();
        assertThat(opened.isDestroyed()).isFalse();
    }

    @Test
    void what_could_not_be_recorded_is_refused_and_its_secret_destroyed() {
        openFirst();

        disk.completeExceptionally(new AuditException("no space left on device", new IOException()));

        assertThatThrownBy(() -> result(first))
                .isInstanceOf(DekException.Unavailable.class)
                .hasMessageContaining("could not be recorded");
        assertThat(opened.isDestroyed()).isTrue();
    }

    @SuppressWarnings("unchecked")
    private void openFirst() {
        ((CompletableFuture<Secret>) fixture.hsm.pending().getFirst()).complete(opened);
    }
}
