package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Forger;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody with the PIN changes the KEK's object on the token while nobody serves. */
class ReplacedKekIT {
    private static final int KEYRING = 6;

    @TempDir
    static Path folder;

    private static Installation kekkai;
    private static JsonNode version;
    private static String id;
    private static String lineage;

    @BeforeAll
    static void the_unchanged_key_serves() throws Exception {
        kekkai = Installation.withKey(folder);
        version = kekkai.keys().get(0);
        id = version.get("versionId").asText();
        try (KekkaiProcess server = kekkai.serve()) {
            lineage = kekkai.run("status", "-o", "json")
                    .succeeded()
                    .json()
                    .get("lineage")
                    .asText();
            assertThat(server.terminate()).isIn(0, 143);
        }
    }

    @Test
    void a_key_that_is_gone_is_named() throws Exception {
        kekkai.token().removeKey(id);

        Finished refused = kekkai.run("serve").endedWith(KEYRING);

        assertThat(refused.err())
                .contains("holds no AES key with CKA_ID " + id)
                .contains("kekkai/" + lineage + "/1/1")
                .contains("restore the key");
    }

    @Test
    void a_key_that_can_be_taken_out_is_refused() throws Exception {
        kekkai.token().removeKey(id);
        kekkai.token()
                .pkcs11Tool(
                        "--keygen",
                        "--key-type",
                        "AES:32",
                        "--id",
                        id,
                        "--label",
                        "kekkai/" + lineage + "/1/1",
                        "--private",
                        "--sensitive",
                        "--extractable")
                .succeeded();

        Finished refused = kekkai.run("serve").endedWith(KEYRING);

        assertThat(refused.err())
                .contains("CKA_EXTRACTABLE is true")
                .doesNotContain("CKA_LABEL is not")
                .contains(id)
                .contains("do not trust what it wrapped");
    }

    @Test
    void another_key_with_the_same_id_label_and_attributes_is_found_out() throws Exception {
        kekkai.token().removeKey(id);
        Forger.generate(kekkai, version, lineage);

        Finished refused = kekkai.run("serve").endedWith(KEYRING);

        assertThat(refused.err())
                .contains("the key on the token with CKA_ID " + id)
                .contains("is not the KEK that this keyring remembers: its canary does not open")
                .contains("connect the token that holds it");
    }
}
