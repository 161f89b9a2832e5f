package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AesGcmTest {
    private static final byte[] AAD = "associated".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DEK = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private static OpenToken open;
    private static Kek kek;

    /** One session, so that whatever a bad request leaves behind is met by the next one. */
    @BeforeAll
    static void open_a_token_with_a_kek(@TempDir Path folder) throws Exception {
        open = OpenToken.create(folder, 1);
        kek = open.generatedKek();
    }

    @AfterAll
    static void close_it() throws Exception {
        open.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 32, 800})
    void what_was_sealed_opens(int length) throws Exception {
        byte[] dek = new byte[length];
        Arrays.fill(dek, (byte) 0x5A);

        SealedBox box = seal(dek);

        assertThat(box.iv()).hasSize(12);
        assertThat(box.box()).hasSize(length + 16);
        try (Secret opened = open(kek, AAD, box)) {
            assertThat(opened.lent()).isEqualTo(dek);
        }
    }

    @Test
    void the_plaintext_is_lent_and_not_changed() throws Exception {
        try (Secret lent = Secret.owning(DEK.clone())) {
            SealedBox unused = result(open.custodian.seal(kek, AAD, lent));

            assertThat(lent.lent()).isEqualTo(DEK);
        }
    }

    @Test
    void no_two_seals_of_one_plaintext_are_alike() throws Exception {
        Set<String> ivs = new HashSet<>();
        Set<String> boxes = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            SealedBox box = seal(DEK);
            ivs.add(Arrays.toString(box.iv()));
            boxes.add(Arrays.toString(box.box()));
        }

        assertThat(ivs).hasSize(50);
        assertThat(boxes).hasSize(50);
    }

    @Test
    void other_associated_data_does_not_open() throws Exception {
        SealedBox box = seal(DEK);

        refused(kek, "Associated".getBytes(StandardCharsets.US_ASCII), box);
        refused(kek, new byte[0], box);
    }

    @Test
    void no_flipped_bit_opens_and_the_session_goes_on() throws Exception {
        SealedBox box = seal(DEK);

        for (int i = 0; i < box.box().length; i++) {
            byte[] flipped = box.box().clone();
            flipped[i] ^= (byte) (1 << (i % 8));
            refused(kek, AAD, new SealedBox(box.iv(), flipped));
        }

        opensStill(box);
    }

    @Test
    void no_truncated_or_longer_box_opens_and_the_session_goes_on() throws Exception {
        SealedBox box = seal(DEK);

        for (int length : new int[] {0, 1, 15, 16, 17, 47, 49, 64}) {
            refused(kek, AAD, new SealedBox(box.iv(), Arrays.copyOf(box.box(), length)));
            opensStill(box);
        }
    }

    @Test
    void another_iv_does_not_open() throws Exception {
        SealedBox box = seal(DEK);
        byte[] iv = box.iv().clone();
        iv[11] ^= 1;

        refused(kek, AAD, new SealedBox(iv, box.box()));
        opensStill(box);
    }

    @Test
    void another_kek_does_not_open() throws Exception {
        refused(open.generatedKek(), AAD, seal(DEK));
    }

    @Test
    void what_the_module_seals_the_jdk_opens_and_the_other_way_round() throws Exception {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 7);
        Kek imported = OpenToken.freshKek();
        open.importKey(imported, key);
        SealedBox box = result(open.custodian.seal(imported, AAD, Secret.owning(DEK.clone())));

        assertThat(jdk(Cipher.DECRYPT_MODE, key, box.iv(), box.box())).isEqualTo(DEK);

        SealedBox ofTheJdk = new SealedBox(box.iv(), jdk(Cipher.ENCRYPT_MODE, key, box.iv(), DEK));
        assertThat(ofTheJdk.box()).isEqualTo(box.box());
    }

    @Test
    void a_mechanism_of_tpms_is_refused_before_the_hsm_is_asked() {
        Kek ofATpm = new Kek(kek.version(), kek.lineage(), 1, Mechanism.TPM_HMAC_GCM);

        assertThatThrownBy(() -> result(open.custodian.seal(ofATpm, AAD, Secret.owning(DEK.clone()))))
                .isInstanceOf(Misconfigured.class);
        assertThatThrownBy(() -> result(open.custodian.open(ofATpm, AAD, new SealedBox(new byte[32], new byte[48]))))
                .isInstanceOf(Misconfigured.class);
    }

    private static SealedBox seal(byte[] dek) throws Exception {
        return result(open.custodian.seal(kek, AAD, Secret.owning(dek.clone())));
    }

    private static Secret open(Kek by, byte[] associatedData, SealedBox box) throws Exception {
        return result(open.custodian.open(by, associatedData, box));
    }

    private static void refused(Kek by, byte[] associatedData, SealedBox box) {
        assertThatThrownBy(() -> open(by, associatedData, box))
                .as("a box of %d bytes", box.box().length)
                .isInstanceOf(NotAuthentic.class)
                .hasMessageContaining(by.label());
    }

    private static void opensStill(SealedBox box) throws Exception {
        try (Secret opened = open(kek, AAD, box)) {
            assertThat(opened.sameAs(DEK)).isTrue();
        }
    }

    private static byte[] jdk(int mode, byte[] key, byte[] iv, byte[] input) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
        cipher.updateAAD(AAD);
        return cipher.doFinal(input);
    }
}
