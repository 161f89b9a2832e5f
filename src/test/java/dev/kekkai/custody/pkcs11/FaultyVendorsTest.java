package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.FaultyToken.DATA;
import static dev.kekkai.custody.pkcs11.FaultyToken.answer;
import static dev.kekkai.custody.pkcs11.FaultyToken.gcm;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import iaik.pkcs.pkcs11.wrapper.CK_GCM_PARAMS;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What vendors do with IVs and bad tags, and what the JNI wrapper lets through of it. */
class FaultyVendorsTest {
    private static final int TAG = 16;
    private static final long CKM_CLOUDHSM_AES_GCM = 0x80001087L;

    @TempDir
    Path folder;

    private FaultyToken token;

    @BeforeEach
    void open() throws Exception {
        token = FaultyToken.in(folder);
    }

    @AfterEach
    void close() {
        token.close();
    }

    @Test
    void a_bad_tag_is_refused_with_the_code_told_and_good_ones_still_open() throws Exception {
        byte[] box = token.seal();
        byte[] forged = box.clone();
        forged[0] ^= 1;
        Injection code = token.module.inject(Fault.badTag("CKR_DEVICE_ERROR"));

        assertThat(answer(() -> token.open(forged))).isEqualTo("CKR_DEVICE_ERROR");
        assertThat(token.open(box)).isEqualTo(DATA);
        assertThat(token.module.counters().injected("C_Decrypt")).isEqualTo(1);

        code.lift();
        assertThat(answer(() -> token.open(forged))).isEqualTo("CKR_GENERAL_ERROR");
    }

    @Test
    void an_iv_that_the_module_appends_reaches_java_and_a_null_iv_passes_the_wrapper() throws Exception {
        try (Injection _ = token.module.inject(Fault.ivAppended())) {
            byte[] box = token.session.encrypt(gcm(null), token.key, DATA);
            assertThat(box).hasSize(DATA.length + TAG + 16);
            byte[] iv = Arrays.copyOfRange(box, DATA.length + TAG, box.length);
            byte[] sealed = Arrays.copyOf(box, DATA.length + TAG);

            assertThat(token.session.decrypt(gcm(iv), token.key, sealed)).isEqualTo(DATA);
            assertThat(token.session.encrypt(gcm(null), token.key, DATA)).isNotEqualTo(box);
            assertThat(answer(token::seal)).isEqualTo("CKR_MECHANISM_PARAM_INVALID");
            assertThat(token.module.counters().injected("C_EncryptInit")).isEqualTo(3);
        }

        assertThat(token.open(token.seal())).isEqualTo(DATA);
    }

    /** The wrapper copies the IV out of Java, never back, and frees its copy when C_EncryptInit returns: such a box can never be opened. */
    @Test
    void an_iv_that_the_module_writes_in_place_is_lost_in_the_wrapper() throws Exception {
        CK_MECHANISM zeroed = gcm(new byte[12]);
        try (Injection _ = token.module.inject(Fault.ivInPlace())) {
            byte[] box = token.session.encrypt(zeroed, token.key, DATA);

            assertThat(((CK_GCM_PARAMS) zeroed.pParameter).pIv).isEqualTo(new byte[12]);
            assertThat(answer(() -> token.open(box))).isEqualTo("CKR_GENERAL_ERROR");
            byte[] chosen = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
            assertThat(answer(() -> token.session.encrypt(gcm(chosen), token.key, DATA)))
                    .isEqualTo("CKR_MECHANISM_PARAM_INVALID");
            assertThat(answer(() -> token.session.encrypt(gcm(null), token.key, DATA)))
                    .isEqualTo("CKR_MECHANISM_PARAM_INVALID");
            assertThat(token.module.counters().injected("C_EncryptInit")).isEqualTo(3);
        }

        assertThat(token.open(token.seal())).isEqualTo(DATA);
    }

    @Test
    void an_iv_that_the_module_prepends_is_read_back_by_it() throws Exception {
        CK_MECHANISM mechanism = gcm(CKM_CLOUDHSM_AES_GCM, null);
        assertThat(token.cryptoki.mechanism(token.slot(), CKM_CLOUDHSM_AES_GCM)).isEmpty();
        try (Injection _ = token.module.inject(Fault.ivPrepended())) {
            assertThat(token.cryptoki.mechanism(token.slot(), CKM_CLOUDHSM_AES_GCM))
                    .isPresent();
            byte[] box = token.session.encrypt(mechanism, token.key, DATA);
            assertThat(box).hasSize(12 + DATA.length + TAG);
            assertThat(token.session.decrypt(mechanism, token.key, box)).isEqualTo(DATA);
            assertThat(token.session.encrypt(mechanism, token.key, DATA)).isNotEqualTo(box);

            byte[] sealed = Arrays.copyOfRange(box, 12, box.length);
            assertThat(token.session.decrypt(gcm(Arrays.copyOf(box, 12)), token.key, sealed))
                    .isEqualTo(DATA);
            box[0] ^= 1;
            assertThat(answer(() -> token.session.decrypt(mechanism, token.key, box)))
                    .isEqualTo("CKR_GENERAL_ERROR");
        }

        assertThat(answer(() -> token.session.encrypt(mechanism, token.key, DATA)))
                .isEqualTo("CKR_MECHANISM_INVALID");
    }
}
