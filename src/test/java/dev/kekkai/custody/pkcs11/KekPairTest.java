package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.freshKek;
import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.secret.Secret;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The two key objects of a KEK that seals by AES-CBC and HMAC. */
class KekPairTest {
    private static OpenToken open;

    @BeforeAll
    static void open_a_token(@TempDir Path folder) throws Exception {
        open = OpenToken.create(folder);
    }

    @AfterAll
    static void close_it() throws Exception {
        open.close();
    }

    @Test
    void a_generated_pair_is_born_inside_and_listed_once() throws Exception {
        Kek kek = freshKek(Mechanism.AES_CBC_HMAC);

        assertThat(result(open.inventory.generate(kek))).isEqualTo(Provenance.BORN_INSIDE);

        assertThat(result(open.inventory.inspect(kek))).isEqualTo(Provenance.BORN_INSIDE);
        assertThat(result(open.inventory.list())).containsOnlyOnce(kek);
        assertThat(open.find(Attributes.of(CKA_ID, kek.version().bytes()))).hasSize(2);
    }

    /** Read back raw, so that our own reading is not what judges it. */
    @ParameterizedTest
    @CsvSource({
        "CKA_TOKEN, true, true",
        "CKA_PRIVATE, true, true",
        "CKA_SENSITIVE, true, true",
        "CKA_EXTRACTABLE, false, false",
        "CKA_ENCRYPT, true, false",
        "CKA_DECRYPT, true, false",
        "CKA_SIGN, false, true",
        "CKA_VERIFY, false, false",
        "CKA_WRAP, false, false",
        "CKA_UNWRAP, false, false",
        "CKA_DERIVE, false, false",
        "CKA_LOCAL, true, true",
        "CKA_ALWAYS_SENSITIVE, true, true",
        "CKA_NEVER_EXTRACTABLE, true, true"
    })
    void each_object_can_do_what_it_is_for_and_nothing_else(String attribute, boolean cipher, boolean mac)
            throws Exception {
        Kek kek = open.generatedKek(Mechanism.AES_CBC_HMAC);

        assertThat(open.attribute(objectOf(kek, CKK_AES), ckaNameToCode(attribute)))
                .isEqualTo(cipher);
        assertThat(open.attribute(objectOf(kek, CKK_GENERIC_SECRET), ckaNameToCode(attribute)))
                .isEqualTo(mac);
    }

    @ParameterizedTest
    @EnumSource(KeyRole.class)
    void half_a_pair_is_named_and_serves_nothing(KeyRole lost) throws Exception {
        Kek kek = open.generatedKek(Mechanism.AES_CBC_HMAC);
        open.functions.C_DestroyObject(open.raw(), objectOf(kek, lost.keyTypes().getFirst()));
        KeyRole left = lost == KeyRole.MAC ? KeyRole.CIPHER : KeyRole.MAC;

        assertThatThrownBy(() -> result(open.inventory.inspect(kek)))
                .isInstanceOf(KeyMissing.class)
                .hasMessageContaining("no " + lost.title() + " with CKA_ID " + kek.version())
                .hasMessageContaining("only the " + left.title() + " that belongs with it");
        assertThatThrownBy(() -> result(open.custodian.seal(kek, new byte[0], Secret.owning(new byte[32]))))
                .isInstanceOf(KeyMissing.class);
        assertThat(result(open.inventory.list())).as("it is seen").contains(kek);
        assertThat(result(open.inventory.destroy(kek))).isEqualTo(1);
        assertThat(result(open.inventory.list())).doesNotContain(kek);
    }

    @ParameterizedTest
    @EnumSource(KeyRole.class)
    void a_second_object_for_one_role_is_unsafe(KeyRole doubled) throws Exception {
        Kek kek = open.generatedKek(Mechanism.AES_CBC_HMAC);
        open.generateKey(kek, doubled);

        assertThatThrownBy(() -> result(open.inventory.inspect(kek)))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("2 " + doubled.title() + "s");
    }

    @ParameterizedTest
    @CsvSource({
        "CKA_SENSITIVE, false",
        "CKA_EXTRACTABLE, true",
        "CKA_SIGN, false",
        "CKA_ENCRYPT, true",
        "CKA_DECRYPT, true",
        "CKA_WRAP, true",
        "CKA_UNWRAP, true",
        "CKA_DERIVE, true",
        "CKA_PRIVATE, false",
        "CKA_TOKEN, false",
        "CKA_COPYABLE, true"
    })
    void a_mac_key_with_one_attribute_wrong_is_unsafe_and_the_message_names_it(String attribute, boolean value)
            throws Exception {
        Kek kek = freshKek(Mechanism.AES_CBC_HMAC);
        open.generateKey(kek, KeyRole.CIPHER);
        long mac = open.generateKey(kek, KeyRole.MAC, Attributes.of(ckaNameToCode(attribute), value));
        try {
            assertThatThrownBy(() -> result(open.inventory.inspect(kek)))
                    .isInstanceOf(KeyUnsafe.class)
                    .hasMessageContaining("MAC key")
                    .hasMessageContaining(attribute + " is " + value);
        } finally {
            open.functions.C_DestroyObject(open.raw(), mac);
        }
    }

    @Test
    void a_mac_key_may_verify_too_and_may_be_kept_as_one_for_hmac_sha_256_alone() throws Exception {
        Kek kek = freshKek(Mechanism.AES_CBC_HMAC);
        open.generateKey(kek, KeyRole.CIPHER);
        open.importKey(
                kek,
                KeyRole.MAC,
                new byte[32],
                Attributes.of(CKA_KEY_TYPE, CKK_SHA256_HMAC),
                Attributes.of(CKA_VERIFY, true));

        assertThat(result(open.inventory.inspect(kek))).isEqualTo(new Provenance(false, false, false));
    }

    @Test
    void a_mac_key_of_16_bytes_is_unsafe() throws Exception {
        Kek kek = freshKek(Mechanism.AES_CBC_HMAC);
        open.generateKey(kek, KeyRole.CIPHER);
        open.generateKey(kek, KeyRole.MAC, Attributes.of(CKA_VALUE_LEN, 16L));

        assertThatThrownBy(() -> result(open.inventory.inspect(kek)))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("CKA_VALUE_LEN is not 32");
    }

    @Test
    void both_go_together_or_not_at_all() throws Exception {
        Kek kek = open.generatedKek(Mechanism.AES_CBC_HMAC);
        open.generateKey(kek, KeyRole.MAC, Attributes.of(CKA_LABEL, "of somebody else".toCharArray()));
        assertThatThrownBy(() -> result(open.inventory.destroy(kek)))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("nothing was destroyed");
        assertThat(open.find(Attributes.of(CKA_ID, kek.version().bytes()))).hasSize(3);

        Kek other = open.generatedKek(Mechanism.AES_CBC_HMAC);
        assertThat(result(open.inventory.destroy(other))).isEqualTo(2);
        assertThat(open.find(Attributes.of(CKA_ID, other.version().bytes()))).isEmpty();
        assertThat(result(open.inventory.destroy(other))).isZero();
    }

    private static long objectOf(Kek kek, long keyType) throws Exception {
        long[] found = open.find(Attributes.of(CKA_ID, kek.version().bytes()), Attributes.of(CKA_KEY_TYPE, keyType));
        assertThat(found).hasSize(1);
        return found[0];
    }

    private static long ckaNameToCode(String name) {
        return Objects.requireNonNull(org.xipki.pkcs11.wrapper.PKCS11Constants.ckaNameToCode(name), name);
    }
}
