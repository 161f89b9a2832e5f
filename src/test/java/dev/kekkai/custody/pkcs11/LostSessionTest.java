package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_KEY_TYPE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_PRIVATE;

import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.CustodyState;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.softhsm.SoftHsm;
import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sessions closed behind our back, on SoftHSM 2.6.1: a call in a closed session answers {@code CKR_SESSION_HANDLE_INVALID}. With the last session of the
 * process the login goes; a new session then opens, and does not see private objects until somebody logs in again.
 */
class LostSessionTest {
    private static final byte[] AAD = "associated".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    private OpenToken open;
    private Kek kek;
    private SealedBox box;

    @BeforeEach
    void seal_something() throws Exception {
        open = OpenToken.create(folder, 1);
        kek = open.generatedKek();
        box = seal();
    }

    @AfterEach
    void close_the_token() throws Exception {
        open.close();
    }

    @Test
    void where_the_login_stays_the_next_request_does_not_even_notice() throws Exception {
        open.closeTheirSessions();
        opens(box);

        open.closeTheirSessions();
        opens(seal());
    }

    @Test
    void where_the_login_went_too_there_is_one_more_login_and_the_next_request_does_not_notice() throws Exception {
        open.closeAllSessions();
        opens(box);
        opens(seal());

        open.closeAllSessions();
        assertThat(result(open.inventory.list())).contains(kek);
    }

    /** Keys of others that are public are seen without a login, and are not all there are. */
    @Test
    void a_list_that_others_keys_are_on_is_not_taken_for_a_whole_one() throws Exception {
        CK_ATTRIBUTE visible = Attributes.of(CKA_PRIVATE, false);
        open.importKey(OpenToken.freshKek(), KeyRole.CIPHER, new byte[32], visible);
        Kek pair = OpenToken.freshKek(Mechanism.AES_CBC_HMAC);
        for (long keyType : KeyRole.MAC.keyTypes()) {
            open.importKey(pair, KeyRole.MAC, new byte[32], visible, Attributes.of(CKA_KEY_TYPE, keyType));
        }
        open.closeAllSessions();

        assertThat(result(open.inventory.list())).contains(kek);
    }

    @Test
    void a_signer_comes_back_too() throws Exception {
        Pkcs11Signer signer = open.token.signer("audit");
        open.closeAllSessions();

        assertThat(result(signer.sign(AAD))).hasSize(64);
    }

    @Test
    void where_no_login_is_possible_the_hsm_is_unavailable_and_no_key_is_called_missing() throws Exception {
        Files.delete(folder.resolve("pin"));
        open.closeAllSessions();

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(this::seal)
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("logged this process out")
                    .hasMessageContaining("custody.pkcs11.pin-file");
            assertThatThrownBy(() -> result(open.custodian.open(kek, AAD, box))).isInstanceOf(Unavailable.class);
            assertThatThrownBy(() -> result(open.inventory.inspect(kek))).isInstanceOf(Unavailable.class);
            assertThatThrownBy(() -> result(open.inventory.list())).isInstanceOf(Unavailable.class);
        }

        SoftHsm.pinFile(folder.resolve("pin"), SoftHsm.PIN);
        await().atMost(Duration.ofSeconds(20)).until(() -> open.token.state().link() == CustodyState.Link.UP);
        opens(box);
    }

    private SealedBox seal() throws Exception {
        return result(open.custodian.seal(kek, AAD, Secret.owning(new byte[32])));
    }

    private void opens(SealedBox sealed) throws Exception {
        try (Secret opened = result(open.custodian.open(kek, AAD, sealed))) {
            assertThat(opened.lent()).isEqualTo(new byte[32]);
        }
    }
}
