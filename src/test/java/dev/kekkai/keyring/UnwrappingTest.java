package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.randomId;
import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.unwrap;
import static dev.kekkai.keyring.KeyringFixture.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.dek.DekException.KeyRefused;
import dev.kekkai.dek.DekException.Malformed;
import dev.kekkai.dek.DekException.NotAuthentic;
import dev.kekkai.dek.DekException.UnknownKey;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.Header;
import dev.kekkai.envelope.Layout;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.VersionId;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Through {@link LocalDekService}, which is how envelopes reach it. */
class UnwrappingTest {
    private static final byte[] DEK = new byte[32];

    @TempDir
    Path folder;

    private KeyringFixture fixture;
    private StoredVersion version;
    private LocalDekService service;
    private WrappedDek wrapped;

    @BeforeEach
    void wrap_a_dek() throws Exception {
        fixture = new KeyringFixture(folder);
        version = fixture.create();
        service = fixture.service(fixture.keyring());
        wrapped = result(service.wrap(KeyringFixture.wrap(Secret.owning(DEK.clone()), null)));
    }

    @AfterEach
    void close_the_store() throws Exception {
        fixture.close();
    }

    @Test
    void what_was_wrapped_opens_with_its_key_id_and_without_any() throws Exception {
        try (Secret opened = result(service.unwrap(unwrap(wrapped)))) {
            assertThat(opened.lent()).isEqualTo(DEK);
        }
        try (Secret opened = result(service.unwrap(unwrap(wrapped.envelope(), null)))) {
            assertThat(opened.lent()).isEqualTo(DEK);
        }
    }

    @Test
    void bytes_that_are_no_envelope_are_malformed() {
        refused(Malformed.class, new byte[0], wrapped.keyId(), "not an envelope");
        refused(Malformed.class, "k8s:enc:kms:v2".getBytes(java.nio.charset.StandardCharsets.US_ASCII), null, "");
    }

    @Test
    void a_version_that_the_keyring_does_not_have_is_unknown() {
        byte[] elsewhere = single(randomId(), Mechanism.AES_GCM, 12).encode();

        refused(UnknownKey.class, elsewhere, wrapped.keyId(), "kekkai key adopt");
    }

    @Test
    void a_key_id_of_another_version_or_of_nobody_is_unknown() throws Exception {
        StoredVersion second = fixture.create();
        fixture.sql.activate(TENANT, second.kek().version(), fixture.now);
        service = fixture.service(fixture.keyring());

        refused(UnknownKey.class, wrapped.envelope(), KeyId.of(second.kek().version(), 2), "not stored together");
        refused(UnknownKey.class, wrapped.envelope(), KeyId.of(version.kek().version(), 2), "not stored together");
        refused(UnknownKey.class, wrapped.envelope(), new KeyId("something"), "not stored together");
    }

    @Test
    void a_retired_version_opens_for_ever() throws Exception {
        fixture.sql.activate(TENANT, fixture.create().kek().version(), fixture.now);
        fixture.now = fixture.now.plusSeconds(10L * 365 * 86_400);
        service = fixture.service(fixture.keyring());

        try (Secret opened = result(service.unwrap(unwrap(wrapped)))) {
            assertThat(opened.lent()).isEqualTo(DEK);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyState.class,
            names = {"PREPARED", "DISABLED", "DESTROYED"})
    void a_version_in_another_state_refuses_before_the_hsm_is_asked(KeyState state) throws Exception {
        StoredVersion other = version(version.kek().lineage(), 2, state, null, null);
        Snapshot with = with(other);
        byte[] envelope = single(other.kek().version(), Mechanism.AES_GCM, 12).encode();

        assertThatThrownBy(() -> result(new Unwrapping(fixture.batcher)
                        .unwrap(
                                fixture.keyring(),
                                with,
                                Envelope.parse(envelope),
                                unwrap(envelope, null),
                                asked -> {})))
                .isInstanceOf(KeyRefused.class)
                .hasMessageContaining(other.kek().version().toString());
    }

    @Test
    void a_mechanism_that_is_not_the_versions_own_is_malformed() {
        byte[] other =
                single(version.kek().version(), Mechanism.TPM_HMAC_GCM, 32).encode();

        refused(Malformed.class, other, wrapped.keyId(), "mechanism");
    }

    @Test
    void a_batch_that_this_key_never_sealed_is_not_authentic() {
        Header header =
                new Header(Layout.BATCH, Mechanism.AES_GCM, version.kek().version());
        byte[] batch = new Envelope.Batch(header, new byte[12], new byte[48], new byte[12], new byte[48]).encode();

        refused(NotAuthentic.class, batch, wrapped.keyId(), "");
    }

    @Test
    void one_changed_bit_of_iv_or_box_is_not_authentic() {
        for (int at : new int[] {20, 31, 34, wrapped.envelope().length - 1}) {
            byte[] changed = wrapped.envelope().clone();
            changed[at] ^= 1;

            refused(NotAuthentic.class, changed, wrapped.keyId(), "");
        }
    }

    private void refused(Class<? extends Exception> kind, byte[] envelope, KeyId keyId, String reason) {
        assertThatThrownBy(() -> result(service.unwrap(unwrap(envelope, keyId))))
                .isInstanceOf(kind)
                .hasMessageContaining(reason);
    }

    private Snapshot with(StoredVersion other) throws Exception {
        Snapshot now = fixture.snapshot();
        return new Snapshot(
                TENANT,
                now.lineage(),
                now.active(),
                now.keyId(),
                now.epoch(),
                java.util.Map.of(version.kek().version(), version, other.kek().version(), other),
                now.keyIds(),
                now.highestEpoch());
    }

    private static Envelope single(VersionId id, Mechanism mechanism, int ivLength) {
        return new Envelope.Single(new Header(Layout.SINGLE, mechanism, id), new byte[ivLength], new byte[48]);
    }
}
