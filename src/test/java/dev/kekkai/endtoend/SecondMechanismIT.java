package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.endtoend.RoundTrips.Wrapped;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AES-CBC with HMAC on SoftHSM, which makes its own keys for it; beside keys of the first mechanism. */
class SecondMechanismIT {
    private static final int AES_GCM = 1;
    private static final int AES_CBC_HMAC = 2;

    @TempDir
    Path folder;

    @Test
    void a_keyring_goes_over_to_the_second_mechanism_by_a_rotation() throws Exception {
        Installation kekkai = Installation.withKey(folder);
        Wrapped gcm;
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            gcm = RoundTrips.wrapAndUnwrap(client, AES_GCM);
            server.terminate();
        }
        Path profile = folder.resolve("second.yaml");
        Files.writeString(
                profile,
                Files.readString(Path.of(System.getProperty("kekkai.home", ""), "hsm-config", "softhsm.yaml"))
                        .replace("  mechanism: aes-gcm\n", "  mechanism: aes-cbc-hmac\n"));
        kekkai.edit("profile: softhsm", "profile: " + profile);

        kekkai.run("key", "rotate").succeeded();

        assertThat(kekkai.token().secretKeys())
                .as("one of the first, two of the second")
                .isEqualTo(3);
        Wrapped cbc;
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            cbc = RoundTrips.wrapAndUnwrap(client, AES_CBC_HMAC);
            RoundTrips.changedBitsAreRefused(server, client, cbc);
            gcm.opensOn(client);
            server.terminate();
        }
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            cbc.opensOn(client);
            gcm.opensOn(client);
        }
    }
}
