package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.freshKek;
import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.secret.Secret;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KekObjectsTest {
    private static final byte[] SOME_KEY = new byte[32];

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
    void a_generated_kek_is_born_inside() throws Exception {
        Kek kek = freshKek();

        Provenance provenance = result(open.inventory.generate(kek));

        assertThat(provenance).isEqualTo(Provenance.BORN_INSIDE);
        assertThat(result(open.inventory.inspect(kek))).isEqualTo(Provenance.BORN_INSIDE);
    }

    /** As DESIGN.md §3 has them; read back raw, so that our own reading is not what judges it. */
    @ParameterizedTest
    @CsvSource({
        "CKA_TOKEN, true",
        "CKA_PRIVATE, true",
        "CKA_SENSITIVE, true",
        "CKA_EXTRACTABLE, false",
        "CKA_ENCRYPT, true",
        "CKA_DECRYPT, true",
        "CKA_WRAP, false",
        "CKA_UNWRAP, false",
        "CKA_DERIVE, false",
        "CKA_SIGN, false",
        "CKA_VERIFY, false",
        "CKA_LOCAL, true",
        "CKA_ALWAYS_SENSITIVE, true",
        "CKA_NEVER_EXTRACTABLE, true"
    })
    void a_generated_key_object_has_the_attributes_of_a_kek(String attribute, boolean value) throws Exception {
        long object = objectOf(open.generatedKek());

        assertThat(open.attribute(object, ckaNameToCode(attribute))).isEqualTo(value);
    }

    @Test
    void a_generated_key_object_is_an_aes_256_key_that_cannot_be_copied_and_carries_id_and_label() throws Exception {
        Kek kek = open.generatedKek();
        long object = objectOf(kek);

        assertThat(open.attribute(object, CKA_COPYABLE)).isEqualTo(new byte[] {0});
        assertThat(open.attribute(object, CKA_CLASS)).isEqualTo(CKO_SECRET_KEY);
        assertThat(open.attribute(object, CKA_KEY_TYPE)).isEqualTo(CKK_AES);
        assertThat(open.attribute(object, CKA_VALUE_LEN)).isEqualTo(32L);
        assertThat(open.attribute(object, CKA_ID)).isEqualTo(kek.version().bytes());
        assertThat(open.attribute(object, CKA_LABEL)).isEqualTo(("kekkai/" + kek.lineage() + "/1/1").toCharArray());
    }

    @Test
    void a_kek_that_is_not_there_is_missing_and_the_message_names_it() {
        Kek kek = freshKek();

        assertThatThrownBy(() -> result(open.inventory.inspect(kek)))
                .isInstanceOf(KeyMissing.class)
                .hasMessageContaining(kek.version().toString())
                .hasMessageContaining(kek.label());
        assertThatThrownBy(() -> result(open.custodian.seal(kek, new byte[0], Secret.owning(new byte[32]))))
                .isInstanceOf(KeyMissing.class);
    }

    @Test
    void two_objects_with_one_id_are_unsafe_for_inspection_and_for_use() throws Exception {
        Kek kek = open.generatedKek();
        open.generateKey(kek);

        assertThatThrownBy(() -> result(open.inventory.inspect(kek)))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("2 AES keys");
        assertThatThrownBy(() -> result(open.custodian.seal(kek, new byte[0], Secret.owning(new byte[32]))))
                .isInstanceOf(KeyUnsafe.class);
    }

    @ParameterizedTest
    @CsvSource({
        "CKA_SENSITIVE, false",
        "CKA_EXTRACTABLE, true",
        "CKA_ENCRYPT, false",
        "CKA_DECRYPT, false",
        "CKA_WRAP, true",
        "CKA_UNWRAP, true",
        "CKA_DERIVE, true",
        "CKA_SIGN, true",
        "CKA_VERIFY, true",
        "CKA_PRIVATE, false",
        "CKA_TOKEN, false",
        "CKA_COPYABLE, true"
    })
    void an_object_with_one_attribute_wrong_is_unsafe_and_the_message_names_it(String attribute, boolean value)
            throws Exception {
        Kek kek = freshKek();
        long object = open.generateKey(kek, Attributes.of(ckaNameToCode(attribute), value));
        try {
            assertThatThrownBy(() -> result(open.inventory.inspect(kek)))
                    .isInstanceOf(KeyUnsafe.class)
                    .hasMessageContaining(attribute + " is " + value)
                    .hasMessageContaining(kek.label());
        } finally {
            open.functions.C_DestroyObject(open.raw(), object);
        }
    }

    @Test
    void an_object_with_another_label_is_unsafe() throws Exception {
        Kek kek = freshKek();
        open.generateKey(kek, Attributes.of(CKA_LABEL, "kekkai/of-somebody-else".toCharArray()));

        assertThatThrownBy(() -> result(open.inventory.inspect(kek)))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("CKA_LABEL is not " + kek.label());
    }

    @Test
    void a_key_of_128_bits_is_unsafe() throws Exception {
        Kek kek = freshKek();
        open.generateKey(kek, Attributes.of(CKA_VALUE_LEN, 16L));

        assertThatThrownBy(() -> result(open.inventory.inspect(kek)))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("CKA_VALUE_LEN is not 32");
    }

    @Test
    void the_history_of_an_imported_key_is_reported_and_not_judged() throws Exception {
        Kek kek = freshKek();
        open.importKey(kek, SOME_KEY);

        assertThat(result(open.inventory.inspect(kek))).isEqualTo(new Provenance(false, false, false));
    }

    @Test
    void the_list_has_each_kek_of_ours_and_passes_over_what_is_not() throws Exception {
        Kek ours = open.generatedKek();
        Kek other = freshKek(2);
        String lineage = other.lineage().toString();
        for (String malformed : new String[] {
            "kekkai",
            "kekkai/" + lineage + "/0/1",
            "kekkai/" + lineage + "/2/9",
            "kekkai/" + lineage + "/2/1/",
            "xkekkai/" + lineage + "/2/1",
            "kekkai/no-uuid/2/1",
            "kekkai/" + lineage + "/99999999999/1"
        }) {
            open.generateKey(freshKek(), Attributes.of(CKA_LABEL, malformed.toCharArray()));
        }
        open.generateKey(other, Attributes.of(CKA_ID, new byte[15]));

        assertThat(result(open.inventory.list())).contains(ours).noneMatch(kek -> kek.lineage()
                .equals(other.lineage()));
    }

    @Test
    void no_key_is_generated_or_looked_for_by_a_mechanism_of_tpms() {
        Kek ofATpm = freshKek(Mechanism.TPM_HMAC_GCM);

        assertThatThrownBy(() -> result(open.inventory.generate(ofATpm))).isInstanceOf(Misconfigured.class);
        assertThatThrownBy(() -> result(open.inventory.inspect(ofATpm))).isInstanceOf(Misconfigured.class);
        assertThatThrownBy(() -> result(open.inventory.destroy(ofATpm))).isInstanceOf(Misconfigured.class);
    }

    private static long objectOf(Kek kek) throws Exception {
        long[] found = open.find(Attributes.of(CKA_ID, kek.version().bytes()));
        assertThat(found).hasSize(1);
        return found[0];
    }

    private static long ckaNameToCode(String name) {
        Long code = org.xipki.pkcs11.wrapper.PKCS11Constants.ckaNameToCode(name);
        assertThat(code).as(name).isNotNull();
        return code;
    }
}
