package dev.kekkai.tpm.command;

import static dev.kekkai.tpm.structure.ObjectAttributes.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException.Refused;
import dev.kekkai.tpm.crypto.Kdf;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.session.Password;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.SavedContext;
import dev.kekkai.tpm.structure.Sensitive;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ObjectCommandsTest {
    private static final int TRANSIENT = 0x8000_0000;
    private static final int PERSISTENT = 0x8101_0077;

    private Swtpm swtpm;
    private Tpm tpm;
    private ObjectCommands objects;

    @BeforeEach
    void start() throws Exception {
        swtpm = Swtpm.start();
        tpm = Tpms.connect(swtpm);
        objects = new ObjectCommands(tpm);
    }

    @AfterEach
    void nothing_is_left_loaded() throws Exception {
        assertThat(new CapabilityCommands(tpm).handles(TRANSIENT)).isEmpty();
        tpm.close();
        swtpm.close();
    }

    @Test
    void the_same_template_makes_the_same_ak_again_and_another_hierarchy_another() throws Exception {
        PublicArea first = primary(Hierarchy.ENDORSEMENT, AkTemplate.template());

        assertThat(primary(Hierarchy.ENDORSEMENT, AkTemplate.template()).bytes())
                .isEqualTo(first.bytes());
        assertThat(primary(Hierarchy.OWNER, AkTemplate.template()).bytes()).isNotEqualTo(first.bytes());
        assertThat(AkTemplate.matches(first)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void each_ek_template_makes_a_key_that_is_recognised_as_its_own(EkTemplate template) throws Exception {
        PublicArea ek = primary(Hierarchy.ENDORSEMENT, template.template());

        assertThat(EkTemplate.of(ek)).contains(template);
        assertThat(ek.parameters().publicKey()).isNotNull();
        assertThat(AkTemplate.matches(ek)).isFalse();
    }

    @Test
    void an_hmac_key_of_supplied_bytes_computes_what_the_jdk_computes() throws Exception {
        byte[] bytes = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        byte[] message = "a message".getBytes(StandardCharsets.US_ASCII);
        try (LoadedObject parent = objects.createPrimary(Hierarchy.OWNER, Templates.storage(), Sensitive.none())) {
            CreatedObject created =
                    objects.create(parent.entity(), Templates.hmac(), Sensitive.data(Secret.owning(bytes.clone())));
            try (LoadedObject key = objects.load(parent.entity(), created);
                    Secret mac = new KeyCommands(tpm).hmac(key.entity(), message)) {
                assertThat(mac.lent()).isEqualTo(Kdf.hmac(HashAlg.SHA256, bytes, message));
            }
        }
    }

    @Test
    void supplied_bytes_with_an_origin_inside_are_refused() throws Exception {
        PublicArea template =
                Templates.hmac(FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | USER_WITH_AUTH | SIGN_ENCRYPT);
        try (LoadedObject parent = objects.createPrimary(Hierarchy.OWNER, Templates.storage(), Sensitive.none())) {
            assertThatExceptionOfType(Refused.class)
                    .isThrownBy(() ->
                            objects.create(parent.entity(), template, Sensitive.data(Secret.owning(new byte[32]))))
                    .withMessage("TPM2_CREATE was refused: TPM_RC_ATTRIBUTES (0x2c2, parameter 2)");
        }
    }

    @Test
    void sealed_data_opens_with_its_authorisation_value_only_which_a_session_proves_without_sending_it()
            throws Exception {
        byte[] pin = "sesame".getBytes(StandardCharsets.US_ASCII);
        try (LoadedObject parent = objects.createPrimary(Hierarchy.OWNER, Templates.storage(), Sensitive.none());
                Secret auth = Secret.owning("auth\0".getBytes(StandardCharsets.US_ASCII));
                AuthSession session = new SessionCommands(tpm).hmac(parent.entity(), parent.publicArea())) {
            CreatedObject created = objects.create(
                    parent.entity(),
                    Templates.sealed(new byte[0]),
                    new Sensitive(auth, Secret.owning(pin.clone())),
                    session.use().hidingCommand().hidingResponse());
            try (LoadedObject sealed =
                    objects.load(parent.entity(), created, session.use().hidingCommand())) {
                KeyCommands keys = new KeyCommands(tpm);

                assertThat(keys.unseal(sealed.entity(), session.use(auth).hidingResponse())
                                .lent())
                        .isEqualTo(pin);
                assertThat(keys.unseal(sealed.entity(), new Password(auth)).lent())
                        .isEqualTo(pin);
                assertThatExceptionOfType(Refused.class)
                        .isThrownBy(() -> keys.unseal(sealed.entity(), session.use(Secret.owning(new byte[] {1}))))
                        .satisfies(
                                e -> assertThat(e.code().is("TPM_RC_BAD_AUTH")).isTrue());
                assertThatExceptionOfType(Refused.class).isThrownBy(() -> keys.unseal(sealed.entity()));
            }
        }
    }

    @Test
    void a_saved_context_loads_again_and_a_persistent_object_stays_until_it_is_evicted() throws Exception {
        ContextCommands contexts = new ContextCommands(tpm);
        SavedContext saved;
        PublicArea area;
        Entity persistent;
        try (LoadedObject key = objects.createPrimary(Hierarchy.OWNER, Templates.storage(), Sensitive.none())) {
            area = key.publicArea();
            saved = contexts.save(key);
            persistent = contexts.persist(Hierarchy.OWNER, key, PERSISTENT);
        }
        try (LoadedObject again = contexts.load(saved, area)) {
            assertThat(objects.readPublic(again.entity().handle()).bytes()).isEqualTo(area.bytes());
        }
        assertThat(objects.readPublic(PERSISTENT).bytes()).isEqualTo(area.bytes());
        contexts.evict(Hierarchy.OWNER, persistent);
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> objects.readPublic(PERSISTENT))
                .withMessageContaining("TPM_RC_HANDLE (0x18b, handle 1)");
    }

    @Test
    void a_public_key_from_outside_verifies_with_a_ticket() throws Exception {
        byte[] digest = HashAlg.SHA256.digest(new byte[] {1});
        KeyCommands keys = new KeyCommands(tpm);
        try (LoadedObject signer = objects.createPrimary(Hierarchy.OWNER, Templates.signing(), Sensitive.none())) {
            var signature = keys.sign(signer.entity(), digest);
            PublicArea key = signer.publicArea();
            try (LoadedObject external = objects.loadExternal(key, Hierarchy.OWNER)) {
                assertThat(keys.verifySignature(external.entity(), digest, signature)
                                .digest())
                        .isNotEmpty();
                assertThatExceptionOfType(Refused.class)
                        .isThrownBy(() -> keys.verifySignature(external.entity(), new byte[32], signature))
                        .withMessageContaining("TPM_RC_SIGNATURE");
            }
        }
    }

    private PublicArea primary(Hierarchy hierarchy, PublicArea template) throws Exception {
        try (LoadedObject key = objects.createPrimary(hierarchy, template, Sensitive.none())) {
            return key.publicArea();
        }
    }
}
