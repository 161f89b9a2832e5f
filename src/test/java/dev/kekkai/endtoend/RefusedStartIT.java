package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.testing.process.SoftHsmToken;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that cannot be: each ends with its exit code and says which thing is wrong and what to do. Each is right but for that one thing. */
class RefusedStartIT {
    private static final int FAILED = 1;
    private static final int CONFIGURATION = 3;
    private static final int KEYRING = 6;

    @TempDir
    static Path folder;

    private static Installation kekkai;
    private static String sound;

    @BeforeAll
    static void the_unchanged_configuration_serves() throws Exception {
        kekkai = Installation.withKey(Files.createDirectory(folder.resolve("sound")));
        sound = Files.readString(kekkai.config());
        try (KekkaiProcess server = kekkai.serve()) {
            assertThat(server.probe("/readyz").statusCode()).isEqualTo(200);
            server.terminate();
        }
    }

    @BeforeEach
    void begin_with_the_unchanged_configuration() throws Exception {
        Files.writeString(kekkai.config(), sound);
    }

    @Test
    void an_empty_keyring_names_the_command_that_fills_it_and_nothing_is_created_unasked() throws Exception {
        Installation empty = Installation.in(Files.createDirectory(folder.resolve("empty")));

        Finished refused = empty.run("serve").endedWith(KEYRING);

        assertThat(refused.err()).contains("has no key").contains("'kekkai key create'");
        assertThat(empty.token().secretKeys()).isZero();
        assertThat(empty.socket()).doesNotExist();
        assertThat(empty.keys()).isEmpty();

        empty.run("key", "create").succeeded();

        assertThat(empty.token().secretKeys()).isEqualTo(1);
        try (KekkaiProcess server = empty.serve();
                KmsClient client = server.client()) {
            assertThat(client.status().getHealthz()).isEqualTo("ok");
        }
    }

    @Test
    void a_token_that_is_not_there() throws Exception {
        kekkai.edit("token: " + SoftHsmToken.LABEL, "token: elsewhere");

        Finished refused = kekkai.run("serve").endedWith(CONFIGURATION);

        assertThat(refused.err())
                .contains("custody.pkcs11.token")
                .contains("'elsewhere'")
                .contains("['" + SoftHsmToken.LABEL + "']")
                .contains("Name the one that holds the keys");
    }

    @Test
    void a_module_that_is_not_there() throws Exception {
        kekkai.edit("module: " + SoftHsmToken.MODULE, "module: /usr/lib/vendor/libcryptoki.so");

        Finished refused = kekkai.run("serve").endedWith(CONFIGURATION);

        assertThat(refused.err())
                .contains("custody.pkcs11.module")
                .contains("/usr/lib/vendor/libcryptoki.so")
                .contains("install the HSM vendor's PKCS#11 library");
    }

    @Test
    void a_library_that_is_no_pkcs11_module() throws Exception {
        kekkai.edit("module: " + SoftHsmToken.MODULE, "module: /usr/lib/x86_64-linux-gnu/libc.so.6");

        Finished refused = kekkai.run("serve").endedWith(CONFIGURATION);

        assertThat(refused.err())
                .contains("custody.pkcs11.module")
                .contains("libc.so.6 is no PKCS#11 module that loads")
                .contains("name the library that the HSM's vendor ships")
                .matches("[\\x20-\\x7e\\n]*");
    }

    @Test
    void a_file_that_is_no_library() throws Exception {
        Path text = Files.writeString(folder.resolve("module.so"), "not ELF");
        kekkai.edit("module: " + SoftHsmToken.MODULE, "module: " + text);

        Finished refused = kekkai.run("serve").endedWith(CONFIGURATION);

        assertThat(refused.err())
                .contains(text + " is no PKCS#11 module that loads")
                .contains("file too short");
    }

    @Test
    void a_software_token_that_nobody_acknowledged() throws Exception {
        kekkai.edit("allow-soft-token: true", "allow-soft-token: false");

        Finished refused = kekkai.run("serve").endedWith(CONFIGURATION);

        assertThat(refused.err())
                .contains("custody.pkcs11.allow-soft-token")
                .contains("use an HSM")
                .contains("allow-soft-token: true");
    }

    @Test
    void a_software_token_behind_the_profile_of_a_hardware_one() throws Exception {
        Path profile = Files.writeString(folder.resolve("profile.yaml"), """
                hsm:
                  soft-token: false
                  module: %s
                  mechanism: aes-gcm
                  iv: caller
                  ambiguous-tag-codes: [CKR_GENERAL_ERROR]
                """.formatted(SoftHsmToken.MODULE));
        kekkai.edit("profile: softhsm", "profile: " + profile);
        kekkai.edit("allow-soft-token: true", "allow-soft-token: false");

        Finished refused = kekkai.run("serve").endedWith(CONFIGURATION);

        assertThat(refused.err()).contains("is software").contains("custody.pkcs11.allow-soft-token: true");
    }

    @Test
    void a_management_port_that_somebody_else_has() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            kekkai.edit("port: 0", "port: " + taken.getLocalPort());

            Finished refused = kekkai.run("serve").endedWith(FAILED);

            assertThat(refused.err())
                    .contains("management interface on 127.0.0.1:" + taken.getLocalPort())
                    .contains("Address already in use");
        }
    }
}
