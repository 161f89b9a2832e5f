package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.endtoend.RoundTrips.Wrapped;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.testing.process.NssToken;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real libsoftokn3.so, with the ways that its profile has. */
class NssIT {
    private static final int AES_GCM = 1;
    private static final int CONFIGURATION = 3;

    @TempDir
    Path folder;

    @Test
    void kekkai_makes_a_key_wraps_unwraps_and_rotates() throws Exception {
        NssToken nss = NssToken.in(folder);
        Installation kekkai = Installation.on(nss, folder);
        kekkai.run("key", "create").succeeded();
        assertThat(kekkai.keys().get(0).get("local").asBoolean())
                .as("NSS does not say that it made the key itself")
                .isFalse();
        Wrapped first;
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            first = RoundTrips.wrapAndUnwrap(client, AES_GCM);
            RoundTrips.changedBitsAreRefused(server, client, first);
            server.terminate();
        }
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            first.opensOn(client);
            kekkai.run("key", "rotate").succeeded();
            Wrapped second = RoundTrips.wrapAndUnwrap(client, AES_GCM);
            first.opensOn(client);
            second.opensOn(client);
            assertThat(kekkai.keys()).hasSize(2);
        }
    }

    @Test
    void by_c_encrypt_it_does_not_seal_and_the_start_says_so() throws Exception {
        NssToken nss = NssToken.in(folder);
        Installation kekkai = Installation.on(nss, folder);
        Path profile = Path.of(nss.profile());
        Files.writeString(profile, Files.readString(profile).replace("gcm-call: message", "gcm-call: encrypt"));

        Finished refused = kekkai.run("key", "create").endedWith(CONFIGURATION);

        assertThat(refused.err()).contains("CKR_BUFFER_TOO_SMALL");
    }

    @Test
    void without_its_text_for_c_initialize_the_start_says_what_the_module_answered() throws Exception {
        NssToken nss = NssToken.in(folder);
        Installation kekkai = Installation.on(nss, folder);
        Path profile = Path.of(nss.profile());
        Files.writeString(profile, Files.readString(profile).replaceAll("(?m)^  initialize-arguments: .*$", ""));

        Finished refused = kekkai.run("serve");

        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.err()).contains("C_Initialize").contains("CKR_ARGUMENTS_BAD");
    }
}
