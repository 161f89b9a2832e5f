package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.endtoend.RoundTrips.Wrapped;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.testing.process.Tpm2Token;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** tpm2-pkcs11 over a TPM of its own, by the recipes of {@code docs/custodians.md}: a token whose keys others make. */
class Tpm2Pkcs11IT {
    private static final int AES_CBC_HMAC = 2;

    @TempDir
    Path folder;

    @Test
    void keys_that_the_tpms_own_tool_made_are_adopted_wrap_and_are_rotated() throws Exception {
        try (Tpm2Token tpm = Tpm2Token.in(folder)) {
            Installation kekkai = Installation.on(tpm, folder);
            Finished refused = kekkai.run("key", "create");
            assertThat(refused.exitCode()).as(refused.err()).isNotZero();
            assertThat(refused.err()).contains("CKR_FUNCTION_NOT_SUPPORTED");

            String lineage = UUID.randomUUID().toString();
            adopt(kekkai, tpm, lineage, 1);
            Wrapped first;
            try (KekkaiProcess server = kekkai.serve();
                    KmsClient client = server.client()) {
                first = RoundTrips.wrapAndUnwrap(client, AES_CBC_HMAC);
                RoundTrips.changedBitsAreRefused(server, client, first);
                assertThat(kekkai.run("status").succeeded().out())
                        .contains("AES-256-CBC, then HMAC-SHA-256: profile 'tpm2-pkcs11' says so")
                        .contains("it has no CKM_AES_GCM\n")
                        .contains("makes no session keys");
                server.terminate();
            }

            adopt(kekkai, tpm, lineage, 2);
            try (KekkaiProcess server = kekkai.serve();
                    KmsClient client = server.client()) {
                first.opensOn(client);
                Wrapped second = RoundTrips.wrapAndUnwrap(client, AES_CBC_HMAC);
                assertThat(second.response().getKeyId())
                        .isNotEqualTo(first.response().getKeyId());
            }
        }
    }

    private static void adopt(Installation kekkai, Tpm2Token tpm, String lineage, int number) throws Exception {
        tpm.makeKey(lineage, number);
        Finished adopted = kekkai.run("key", "adopt", "--new", "-o", "json").succeeded();
        assertThat(adopted.json().get(0).get("state").asText()).isEqualTo("PREPARED");
        assertThat(adopted.json().get(0).get("number").asInt()).isEqualTo(number);
        assertThat(adopted.json().get(0).get("local").asBoolean()).isTrue();
        kekkai.run("key", "rotate", "--version", Integer.toString(number)).succeeded();
    }
}
