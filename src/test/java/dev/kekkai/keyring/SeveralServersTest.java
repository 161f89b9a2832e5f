package dev.kekkai.keyring;

import static dev.kekkai.keyring.LifeFixture.order;
import static dev.kekkai.keyring.LifeFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.store.KeyState;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers on one store and one token that set about the same thing at the same time: no lock between them but the store's. */
class SeveralServersTest {
    private static final Duration SOON = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private LifeFixture fixture;

    @BeforeEach
    void begin_with_an_active_version() throws Exception {
        fixture = LifeFixture.serving(folder);
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void a_scheduled_activation_that_another_server_was_the_first_to_do_is_no_failure() throws Exception {
        fixture.keys().rotate(order(), plan("", SOON));
        fixture.now = fixture.now.plus(SOON);

        Change change = fixture.meanwhileAfter(Step.PROVED, () -> fixture.keys().activateDue(order()))
                .activateDue(order());

        assertThat(change.changed()).isFalse();
        assertThat(change.said()).contains("version 2 is ACTIVE already");
        assertThat(fixture.states()).containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
        assertThat(fixture.audit.events()).extracting(AuditEvent::outcome).containsOnly(Outcome.DONE);
    }

    @Test
    void a_scheduled_activation_of_a_version_that_was_put_away_meanwhile_is_a_failure() throws Exception {
        fixture.keys().rotate(order(), plan("", SOON));
        fixture.now = fixture.now.plus(SOON);
        KeyAdministration late =
                fixture.meanwhileAfter(Step.PROVED, () -> fixture.keys().retire(order(), "2"));

        assertThatThrownBy(() -> late.activateDue(order())).hasMessageContaining("cannot become ACTIVE");

        assertThat(fixture.states()).containsExactly(KeyState.ACTIVE, KeyState.RETIRED);
        assertThat(fixture.audit.last().outcome()).isEqualTo(Outcome.FAILED);
    }
}
