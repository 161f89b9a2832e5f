package dev.kekkai.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.LifeFixture.CutOff;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.UntrustedStoreException;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** An old backup, signed by the HSM in its time, in the place of the database. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class RolledBackStoreTest {
    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private StoreFixture fixture;
    private Set<KeyId> given;

    @BeforeEach
    void a_store_that_was_put_back_to_before_a_rotation() throws Exception {
        fixture = StoreFixture.lived(kind, folder);
        var old = fixture.backup();
        fixture.rotate();
        given = keyIds();
        assertThat(fixture.opened().active().kek().number()).isEqualTo(5);
        fixture.whileStopped(old::restore);
    }

    @AfterEach
    void close_it() {
        fixture.close();
    }

    private Set<KeyId> keyIds() throws Exception {
        return fixture.keyring().versions().stream()
                .filter(version -> version.epoch() != null)
                .map(version -> KeyId.of(version.kek().version(), version.epoch()))
                .collect(Collectors.toSet());
    }

    @Test
    void it_is_served_from_and_takes_no_changes() throws Exception {
        assertThat(fixture.opened().active().kek().number()).isEqualTo(3);
        assertThat(fixture.notary().behind())
                .contains("the store is rolled back")
                .contains("changes are refused");
        assertThat(fixture.store().reserveUses(fixture.version(3).kek().version(), 5))
                .isTrue();
        SeenHead seen = fixture.notary().seen().orElseThrow();

        assertThatThrownBy(() -> fixture.rotate())
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining("ends with serial " + (seen.serial() - 2))
                .hasMessageContaining("has seen serial " + seen.serial())
                .hasMessageContaining("kekkai store reconcile");
        assertThatThrownBy(() -> fixture.keys().enable(StoreFixture.order(), "1"))
                .isInstanceOf(UntrustedStoreException.class);
        assertThat(fixture.version(1).state()).isEqualTo(KeyState.DISABLED);
        assertThat(fixture.hsm.keys()).as("nothing was generated for nothing").hasSize(5);
        assertThat(fixture.notary().seen().orElseThrow().serial()).isEqualTo(seen.serial());
    }

    @Test
    void reconciling_activates_a_new_version_whose_key_id_was_never_given() throws Exception {
        assertThat(fixture.keys()
                        .reconcile(StoreFixture.dryRun(), Mechanism.AES_GCM, false)
                        .changed())
                .isFalse();
        assertThat(fixture.opened().active().kek().number()).isEqualTo(3);

        Change change = fixture.reconcile();

        assertThat(change.said()).contains("version 6 is ACTIVE").contains("kekkai key adopt");
        assertThat(given).doesNotContain(fixture.opened().keyId());
        assertThat(fixture.keys().view(StoreFixture.TENANT).unregistered())
                .singleElement()
                .satisfies(kek -> assertThat(kek.number()).isEqualTo(5));
        fixture.keys().adopt(StoreFixture.order(), null, false);
        assertThat(fixture.states()).contains("5 RETIRED", "6 ACTIVE");
        assertThat(fixture.reconcile().changed()).isFalse();
    }

    /** The store is everybody's and how often a version was used is not known of anybody's. */
    @Test
    void each_tenant_gets_a_new_version_by_a_reconciliation_of_its_own() throws Exception {
        Order others = new Order(new TenantId(UUID.randomUUID()), new Operator("root", "cli"), false);
        fixture.reconcile();
        fixture.keys().create(others, Mechanism.AES_GCM, true);
        var old = fixture.backup();
        fixture.rotate();
        fixture.whileStopped(old::restore);
        assertThat(fixture.reconcile().changed()).isTrue();
        assertThat(fixture.reconcile().changed()).isFalse();
        assertThat(fixture.keys().view(others.tenant()).versions()).hasSize(1);

        Change change = fixture.keys().reconcile(others, Mechanism.AES_GCM, false);

        assertThat(change.said()).contains("no new version has been activated since");
        assertThat(fixture.keys().view(others.tenant()).versions())
                .extracting(version -> version.state())
                .containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
        assertThat(fixture.keys().reconcile(others, Mechanism.AES_GCM, false).changed())
                .isFalse();
    }

    @Test
    void one_word_reconciles_the_keyrings_of_all_tenants() throws Exception {
        Order others = new Order(new TenantId(UUID.randomUUID()), new Operator("root", "cli"), false);
        fixture.reconcile();
        fixture.keys().create(others, Mechanism.AES_GCM, true);
        var old = fixture.backup();
        fixture.rotate();
        fixture.whileStopped(old::restore);
        List<TenantId> all = List.of(TenantId.DEFAULT, others.tenant());

        Change change = fixture.keys().reconcile(all, others.operator(), false, Mechanism.AES_GCM, false);

        assertThat(change.versions()).hasSize(2).allSatisfy(version -> assertThat(version.state())
                .isEqualTo(KeyState.ACTIVE));
        assertThat(fixture.keys().view(others.tenant()).versions())
                .extracting(version -> version.state())
                .containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
        assertThat(fixture.keys()
                        .reconcile(all, others.operator(), false, Mechanism.AES_GCM, false)
                        .changed())
                .isFalse();
    }

    @Test
    void a_reconciliation_that_was_cut_off_goes_on_with_the_new_version() throws Exception {
        assertThatThrownBy(() -> fixture.keys(step -> {
                            if (step == Step.RECONCILED) {
                                throw new CutOff();
                            }
                        })
                        .reconcile(StoreFixture.order(), Mechanism.AES_GCM, false))
                .isInstanceOf(CutOff.class);
        fixture.whileStopped(() -> {});
        assertThat(fixture.opened().active().kek().number()).isEqualTo(3);

        assertThat(fixture.reconcile().said()).contains("no new version has been activated since");

        assertThat(fixture.opened().active().kek().number()).isEqualTo(6);
        assertThat(fixture.reconcile().changed()).isFalse();
    }

    @Test
    void what_was_seen_survives_and_the_same_backup_is_found_again_after_it_was_reconciled() throws Exception {
        var old = fixture.backup();
        fixture.reconcile();

        fixture.whileStopped(old::restore);

        fixture.opened();
        assertThat(fixture.notary().behind()).contains("rolled back");
    }

    @Test
    void a_store_that_went_on_after_it_was_put_back_is_found_too() throws Exception {
        try (StoreFixture stranger = fixture.otherHost("stranger")) {
            for (int i = 0; i < 3; i++) {
                stranger.rotate();
            }
        }

        fixture.opened();

        assertThat(fixture.notary().behind()).contains("was rolled back and changed since");
        assertThatThrownBy(() -> fixture.rotate()).isInstanceOf(UntrustedStoreException.class);
        fixture.reconcile();
        fixture.rotate();
    }

    @Test
    void the_store_of_another_installation_on_the_same_token_is_found() throws Exception {
        fixture.reconcile();
        try (StoreFixture other = fixture.otherInstallation(kind, "other")) {
            other.keys().create(StoreFixture.order(), Mechanism.AES_GCM, true);
            var foreign = other.mover().export();
            fixture.mover().restore(foreign, true, false);
        }

        fixture.opened();

        assertThat(fixture.notary().behind()).contains("another installation");
        assertThatThrownBy(() -> fixture.rotate()).isInstanceOf(UntrustedStoreException.class);
    }

    @Test
    void a_due_activation_waits_and_the_start_goes_on() throws Exception {
        fixture.reconcile();
        fixture.keys().rotate(StoreFixture.order(), new RotationPlan(Mechanism.AES_GCM, "4", Duration.ofMillis(1)));
        var old = fixture.backup();
        fixture.keys().rotate(StoreFixture.order(), new RotationPlan(Mechanism.AES_GCM, "4", Duration.ZERO));
        fixture.whileStopped(old::restore);

        ScheduledActivation.catchUp(fixture.keys(), StoreFixture.TENANT);

        assertThat(fixture.version(4).state()).isEqualTo(KeyState.PREPARED);
        fixture.opened();
    }

    @Test
    void other_hosts_follow_the_one_that_was_reconciled() throws Exception {
        try (StoreFixture other = fixture.otherHost("other")) {
            other.opened();
            fixture.reconcile();

            assertThat(other.opened().active().kek().number()).isEqualTo(6);
            other.rotate();
            assertThat(fixture.opened().active().kek().number()).isEqualTo(7);
            fixture.rotate();
        }
    }
}
