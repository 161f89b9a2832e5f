package dev.kekkai.tpm.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Recorder;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.session.Password;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.NvAttributes;
import dev.kekkai.tpm.structure.NvPublic;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.Sensitive;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SaltedSessionTest {
    private static final byte[] DATA = "seventeen bytes!!".getBytes(StandardCharsets.US_ASCII);
    private static final NvPublic INDEX = NvCommands.ordinary(
            0x0180_0001,
            NvAttributes.OWNER_READ | NvAttributes.OWNER_WRITE | NvAttributes.AUTH_READ | NvAttributes.NO_DA,
            DATA.length);

    private Swtpm swtpm;
    private Recorder wire;
    private Tpm tpm;

    @BeforeEach
    void start() throws Exception {
        swtpm = Swtpm.start();
        wire = new Recorder(Tpms.transport(swtpm));
        tpm = new Tpm(wire, Tpms.TIMEOUT);
    }

    @AfterEach
    void stop() throws Exception {
        tpm.close();
        swtpm.close();
    }

    @ParameterizedTest
    @EnumSource
    void data_passes_encrypted_both_ways_in_a_session_salted_to_any_ek(EkTemplate template) throws Exception {
        NvCommands nv = new NvCommands(tpm);
        Entity owner = Entity.of(Hierarchy.OWNER);
        nv.define(Hierarchy.OWNER, Secret.owning(new byte[0]), INDEX);
        try (LoadedObject ek = ek(template);
                AuthSession session = new SessionCommands(tpm).hmac(ek.entity(), ek.publicArea())) {
            wire.forget();
            nv.write(owner, INDEX, DATA, session.use().hidingCommand());
            byte[] read =
                    nv.read(owner, nv.readPublic(INDEX.index()), session.use().hidingResponse());
            byte[] again = nv.read(
                    owner,
                    nv.readPublic(INDEX.index()),
                    Password.empty(),
                    session.use().hidingResponse());

            assertThat(read).isEqualTo(DATA);
            assertThat(again).isEqualTo(DATA);
            assertThat(wire.saw(DATA)).isFalse();
        }
        nv.read(owner, nv.readPublic(INDEX.index()));
        assertThat(wire.saw(DATA)).isTrue();
    }

    @Test
    void two_sessions_may_authorise_and_encrypt_in_one_command() throws Exception {
        NvCommands nv = new NvCommands(tpm);
        nv.define(Hierarchy.OWNER, Secret.owning(new byte[0]), INDEX);
        try (LoadedObject ek = ek(EkTemplate.L_2);
                AuthSession authorising = new SessionCommands(tpm).hmac(ek.entity(), ek.publicArea());
                AuthSession decrypting = new SessionCommands(tpm).hmac(ek.entity(), ek.publicArea());
                AuthSession encrypting = new SessionCommands(tpm).hmac(ek.entity(), ek.publicArea())) {
            nv.write(
                    Entity.of(Hierarchy.OWNER),
                    INDEX,
                    DATA,
                    authorising.use(),
                    decrypting.use().hidingCommand());
            NvPublic now = nv.readPublic(INDEX.index());

            assertThat(nv.read(
                            Entity.of(Hierarchy.OWNER),
                            now,
                            authorising.use(),
                            encrypting.use().hidingResponse()))
                    .isEqualTo(DATA);
            try (LoadedObject key = new ObjectCommands(tpm)
                    .createPrimary(
                            Hierarchy.OWNER,
                            Templates.storage(),
                            Sensitive.none(),
                            authorising.use(),
                            decrypting.use().hidingCommand(),
                            encrypting.use().hidingResponse())) {
                assertThat(key.publicArea().nameAlg()).isEqualTo(HashAlg.SHA256);
            }
        }
    }

    @Test
    void a_session_salted_to_the_ek_of_another_tpm_is_of_no_use() throws Exception {
        PublicArea enrolled;
        try (Swtpm other = Swtpm.start();
                Tpm otherTpm = Tpms.connect(other);
                LoadedObject ek = new ObjectCommands(otherTpm)
                        .createPrimary(Hierarchy.ENDORSEMENT, EkTemplate.L_2.template(), Sensitive.none())) {
            enrolled = ek.publicArea();
        }
        try (LoadedObject ek = ek(EkTemplate.L_2);
                AuthSession session = new SessionCommands(tpm).hmac(ek.entity(), enrolled)) {
            // A salt comes out, but another one: every HMAC is wrong from here on.
            assertThatExceptionOfType(TpmException.Refused.class)
                    .isThrownBy(() ->
                            new SystemCommands(tpm).random(16, session.use().auditing()))
                    .withMessageContaining("TPM_RC_BAD_AUTH");
        }
    }

    @Test
    void each_command_has_a_nonce_of_its_own_on_both_sides() throws Exception {
        try (LoadedObject ek = ek(EkTemplate.L_2);
                AuthSession session = new SessionCommands(tpm).hmac(ek.entity(), ek.publicArea())) {
            wire.forget();
            new SystemCommands(tpm).random(16, session.use().auditing());
            new SystemCommands(tpm).random(16, session.use().auditing());

            // Header, size of the area, handle, size of the nonce: 20 bytes in a command. The response ends with nonce
            // and HMAC.
            assertThat(Arrays.copyOfRange(wire.command(0), 20, 52))
                    .isNotEqualTo(Arrays.copyOfRange(wire.command(1), 20, 52));
            assertThat(Arrays.copyOfRange(wire.response(0), 34, 66))
                    .isNotEqualTo(Arrays.copyOfRange(wire.response(1), 34, 66));
        }
    }

    @Test
    void without_a_salt_nothing_is_hidden_so_it_is_not_even_tried() throws Exception {
        try (AuthSession session = new SessionCommands(tpm).policy(HashAlg.SHA256)) {
            assertThatIllegalStateException().isThrownBy(() -> session.use().hidingCommand());
        }
    }

    private LoadedObject ek(EkTemplate template) throws TpmException {
        return new ObjectCommands(tpm).createPrimary(Hierarchy.ENDORSEMENT, template.template(), Sensitive.none());
    }
}
