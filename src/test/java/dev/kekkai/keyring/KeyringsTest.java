package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.dek;
import static dev.kekkai.keyring.KeyringFixture.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.Provenance;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.dek.Caller;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.Health;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two tenants on one token, of which one has a keyring that is not in order. */
class KeyringsTest {
    private static final TenantId OTHER = new TenantId(UUID.fromString("22222222-2222-4222-8222-222222222222"));
    private static final String OPTION = " --tenant " + OTHER + "'";

    @TempDir
    Path folder;

    private KeyringFixture fixture;
    private Keyrings keyrings;
    private LocalDekService service;

    @BeforeEach
    void the_default_tenant_has_a_keyring() throws Exception {
        fixture = new KeyringFixture(folder);
        fixture.create();
        keyrings = new Keyrings(fixture.keyring(), List.of(OTHER), fixture.store, this::started);
        service = new LocalDekService(
                keyrings.served(), fixture.batcher, fixture.audit, fixture.clock(), fixture.background);
    }

    @AfterEach
    void close_the_store() throws Exception {
        fixture.close();
    }

    private Keyring started(TenantId tenant) throws KeyringException, CustodyException, StoreException {
        Keyring keyring = new Keyring(
                fixture.opener().open(tenant), fixture.store, fixture.hsm, fixture.background, KeyringFixture.FAST);
        assertThat(keyring.start()).isInstanceOf(Health.Healthy.class);
        return keyring;
    }

    private static Order ofOther() {
        return new Order(OTHER, new Operator("root", "cli"), false);
    }

    /** Answers with its first version, which is RETIRED; the second is ACTIVE. */
    private StoredVersion otherHasRotated() throws Exception {
        fixture.administration().create(ofOther(), Mechanism.AES_GCM, true);
        fixture.administration().rotate(ofOther(), new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO));
        return fixture.sql.load(OTHER).orElseThrow().versions().getFirst();
    }

    private void look() {
        keyrings.look(fixture.hsm, fixture.hsm);
    }

    private WrappedDek wrap(TenantId tenant) throws Exception {
        try (Secret dek = dek()) {
            return result(service.wrap(new WrapRequest(
                    new Caller(tenant, "node"),
                    "v2",
                    "uid-1",
                    dek,
                    service.status(tenant).keyId(),
                    Deadline.in(Duration.ofSeconds(30)))));
        }
    }

    @Test
    void a_key_that_one_tenant_misses_at_the_start_refuses_that_tenant_alone_until_its_version_is_disabled()
            throws Exception {
        StoredVersion retired = otherHasRotated();
        fixture.hsm.remove(retired.kek());

        look();

        assertThat(keyrings.served()).containsOnlyKeys(TENANT);
        wrap(TENANT);
        assertThat(keyrings.problem())
                .contains("the keyring of tenant " + OTHER + " is refused")
                .contains("'kekkai key disable 1" + OPTION);
        fixture.administration().disable(ofOther(), "1");
        look();
        assertThat(keyrings.problem()).isEmpty();
        wrap(OTHER);
    }

    @Test
    void a_keyring_whose_creation_was_cut_off_refuses_that_tenant_alone_until_it_has_a_key() throws Exception {
        fixture.sql.createKeyring(OTHER, KeyringFixture.randomLineage(), 0);

        look();

        wrap(TENANT);
        assertThat(keyrings.problem()).contains("has no key").contains("'kekkai key create" + OPTION);
        fixture.administration().create(ofOther(), Mechanism.AES_GCM, false);
        look();
        assertThat(keyrings.problem()).isEmpty();
        wrap(OTHER);
    }

    @Test
    void a_tenant_that_has_no_keyring_is_no_problem_and_is_served_once_it_has_one() throws Exception {
        look();
        assertThat(keyrings.problem()).isEmpty();

        otherHasRotated();
        look();

        wrap(OTHER);
    }

    /** The token that is there again has another key under the same id, or none. */
    @Test
    void on_a_token_that_returns_one_tenant_s_other_key_wraps_and_opens_nothing_and_the_others_are_served()
            throws Exception {
        otherHasRotated();
        look();
        Keyring other = keyrings.served().get(OTHER);
        var active = other.snapshot().active().kek();
        WrappedDek before = wrap(OTHER);
        fixture.hsm.remove(active);
        fixture.hsm.put(active, Provenance.BORN_INSIDE);

        keyrings.check(fixture.hsm, fixture.hsm);

        wrap(TENANT);
        assertThatThrownBy(() -> wrap(OTHER))
                .isInstanceOf(DekException.Unavailable.class)
                .hasMessageContaining("is refused");
        assertThatThrownBy(() -> result(service.unwrap(new UnwrapRequest(
                        new Caller(OTHER, "node"),
                        "v2",
                        "uid-2",
                        before.envelope(),
                        before.keyId(),
                        Deadline.in(Duration.ofSeconds(30))))))
                .isInstanceOf(DekException.Unavailable.class);
        assertThat(service.status(OTHER).health()).isInstanceOf(Health.Unhealthy.class);
        assertThat(keyrings.problem()).contains("canary does not open").contains("'kekkai key rotate" + OPTION);

        fixture.administration().rotate(ofOther(), new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO));
        fixture.administration().disable(ofOther(), "2");
        other.reload();
        look();
        assertThat(keyrings.problem()).isEmpty();
        wrap(OTHER);
    }

    /** The default keyring has passed, so it is not the token that is away. */
    @Test
    void on_a_token_that_returns_and_does_not_answer_for_one_tenant_s_key_the_others_are_served() throws Exception {
        otherHasRotated();
        look();
        fixture.hsm.failWith(
                keyrings.served().get(OTHER).snapshot().active().kek(), "the HSM answered CKR_FUNCTION_FAILED");

        keyrings.check(fixture.hsm, fixture.hsm);

        wrap(TENANT);
        assertThatThrownBy(() -> wrap(OTHER))
                .isInstanceOf(DekException.Unavailable.class)
                .hasMessageContaining("is refused");
        look();
        assertThat(keyrings.problem()).contains("CKR_FUNCTION_FAILED");

        fixture.hsm.recover();
        look();
        assertThat(keyrings.problem()).isEmpty();
        wrap(OTHER);
    }

    /** It is refused a second time by the token's return, after the examination of the first refusal has asked its last question. */
    @Test
    void an_examination_does_not_take_back_what_was_refused_while_it_went_on() throws Exception {
        otherHasRotated();
        look();
        var active = keyrings.served().get(OTHER).snapshot().active().kek();
        fixture.hsm.failWith(active, "the first refusal");
        keyrings.check(fixture.hsm, fixture.hsm);
        fixture.hsm.recover();
        Meanwhile custodian = new Meanwhile(fixture.hsm, active, () -> {
            fixture.hsm.failWith(active, "the second refusal");
            keyrings.check(fixture.hsm, fixture.hsm);
            fixture.hsm.recover();
        });

        keyrings.look(fixture.hsm, custodian);

        assertThat(custodian.happened()).isEqualTo(1);
        assertThat(keyrings.problem()).contains("the second refusal");
        assertThatThrownBy(() -> wrap(OTHER))
                .isInstanceOf(DekException.Unavailable.class)
                .hasMessageContaining("the second refusal");

        look();
        assertThat(keyrings.problem()).isEmpty();
        wrap(OTHER);
    }

    @Test
    void the_default_tenant_s_other_key_keeps_the_token_from_being_used() throws Exception {
        var active = keyrings.served().get(TENANT).snapshot().active().kek();
        fixture.hsm.remove(active);
        fixture.hsm.put(active, Provenance.BORN_INSIDE);

        assertThatThrownBy(() -> keyrings.check(fixture.hsm, fixture.hsm))
                .isInstanceOf(CustodyException.KeyUnsafe.class)
                .hasMessageContaining("'kekkai key rotate'");
    }

    private interface Event {
        void happen() throws CustodyException;
    }

    /** A custodian that has opened something under a key when the event happens, and answers after it. */
    private static final class Meanwhile implements KeyCustodian {
        private final KeyCustodian hsm;
        private final Kek kek;
        private final Event event;
        private final AtomicInteger happened = new AtomicInteger();

        Meanwhile(KeyCustodian hsm, Kek kek, Event event) {
            this.hsm = hsm;
            this.kek = kek;
            this.event = event;
        }

        int happened() {
            return happened.get();
        }

        @Override
        public CompletionStage<SealedBox> seal(Kek with, byte[] associatedData, Secret plaintext) {
            return hsm.seal(with, associatedData, plaintext);
        }

        @Override
        public CompletionStage<Secret> open(Kek with, byte[] associatedData, SealedBox box) {
            CompletionStage<Secret> opened = hsm.open(with, associatedData, box);
            if (with.equals(kek)) {
                happened.incrementAndGet();
                try {
                    event.happen();
                } catch (CustodyException e) {
                    throw new AssertionError(e);
                }
            }
            return opened;
        }
    }
}
