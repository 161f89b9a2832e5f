package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.secret.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AesCbcHmacTest {
    private static final byte[] AAD = "associated".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DEK = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CIPHER_KEY = filled(7);
    private static final byte[] MAC_KEY = filled(8);

    private static OpenToken open;
    private static Kek kek;
    private static Kek imported;

    @BeforeAll
    static void open_a_token_with_keks(@TempDir Path folder) throws Exception {
        open = OpenToken.create(folder, 1);
        kek = open.generatedKek(Mechanism.AES_CBC_HMAC);
        imported = OpenToken.freshKek(Mechanism.AES_CBC_HMAC);
        open.importKey(imported, KeyRole.CIPHER, CIPHER_KEY);
        open.importKey(imported, KeyRole.MAC, MAC_KEY);
    }

    @AfterAll
    static void close_it() throws Exception {
        open.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 31, 32, 800})
    void what_was_sealed_opens(int length) throws Exception {
        byte[] dek = new byte[length];
        Arrays.fill(dek, (byte) 0x5A);

        SealedBox box = seal(kek, dek);

        assertThat(box.iv()).hasSize(16);
        assertThat(box.box()).hasSize((length / 16 + 1) * 16 + 32);
        assertThat(open(kek, AAD, box)).isEqualTo(dek);
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
            SealedBox box = seal(kek, DEK);
            ivs.add(Arrays.toString(box.iv()));
            boxes.add(Arrays.toString(box.box()));
        }

        assertThat(ivs).hasSize(50);
        assertThat(boxes).hasSize(50);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 32})
    void what_the_module_seals_the_jdk_opens_and_the_other_way_round(int length) throws Exception {
        byte[] dek = Arrays.copyOf(DEK, length);
        SealedBox box = seal(imported, dek);

        byte[] ciphertext = Arrays.copyOf(box.box(), box.box().length - 32);
        assertThat(cbc(Cipher.DECRYPT_MODE, box.iv(), ciphertext)).isEqualTo(dek);
        assertThat(Arrays.copyOfRange(box.box(), ciphertext.length, box.box().length))
                .isEqualTo(mac(AAD, box.iv(), ciphertext));

        assertThat(open(imported, AAD, ofTheJdk(cbc(Cipher.ENCRYPT_MODE, box.iv(), dek), box.iv())))
                .isEqualTo(dek);
    }

    /** Only who has the MAC key can make such a box; it is refused like any other. */
    @ParameterizedTest
    @ValueSource(ints = {0, 17, 255})
    void a_padding_that_is_none_does_not_open_under_a_right_mac(int last) throws Exception {
        byte[] iv = new byte[16];
        byte[] block = new byte[16];
        block[15] = (byte) last;
        Cipher raw = Cipher.getInstance("AES/CBC/NoPadding");
        raw.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(CIPHER_KEY, "AES"), new IvParameterSpec(iv));

        refused(imported, AAD, ofTheJdk(raw.doFinal(block), iv));
    }

    /** The length of the associated data is under the MAC, so that its end cannot be moved into the IV. */
    @Test
    void bytes_do_not_move_between_associated_data_and_iv() throws Exception {
        byte[] iv = new byte[16];
        byte[] ciphertext = cbc(Cipher.ENCRYPT_MODE, iv, DEK);
        byte[] longer = Arrays.copyOf(AAD, AAD.length + 16);
        assertThat(open(imported, AAD, ofTheJdk(ciphertext, iv))).isEqualTo(DEK);

        byte[] moved = Arrays.copyOf(ciphertext, ciphertext.length + 32);
        System.arraycopy(mac(AAD, iv, ciphertext), 0, moved, ciphertext.length, 32);
        refused(imported, longer, new SealedBox(Arrays.copyOf(moved, 16), Arrays.copyOfRange(moved, 16, moved.length)));
    }

    @Test
    void another_kek_does_not_open() throws Exception {
        refused(open.generatedKek(Mechanism.AES_CBC_HMAC), AAD, seal(kek, DEK));
    }

    private static SealedBox seal(Kek by, byte[] dek) throws Exception {
        return result(open.custodian.seal(by, AAD, Secret.owning(dek.clone())));
    }

    private static byte[] open(Kek by, byte[] associatedData, SealedBox box) throws Exception {
        try (Secret opened = result(open.custodian.open(by, associatedData, box))) {
            return opened.lent().clone();
        }
    }

    private static void refused(Kek by, byte[] associatedData, SealedBox box) {
        assertThatThrownBy(() -> open(by, associatedData, box))
                .isInstanceOf(NotAuthentic.class)
                .hasMessageContaining(by.label());
    }

    private static SealedBox ofTheJdk(byte[] ciphertext, byte[] iv) throws Exception {
        byte[] box = Arrays.copyOf(ciphertext, ciphertext.length + 32);
        System.arraycopy(mac(AAD, iv, ciphertext), 0, box, ciphertext.length, 32);
        return new SealedBox(iv, box);
    }

    private static byte[] cbc(int mode, byte[] iv, byte[] input) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(mode, new SecretKeySpec(CIPHER_KEY, "AES"), new IvParameterSpec(iv));
        return cipher.doFinal(input);
    }

    private static byte[] mac(byte[] associatedData, byte[] iv, byte[] ciphertext) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(MAC_KEY, "HmacSHA256"));
        mac.update(ByteBuffer.allocate(4).putInt(associatedData.length).array());
        mac.update(associatedData);
        mac.update(iv);
        return mac.doFinal(ciphertext);
    }

    private static byte[] filled(int value) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) value);
        return key;
    }
}
