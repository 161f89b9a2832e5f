package dev.kekkai.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.testing.process.Leak;
import dev.kekkai.testing.process.LoginCounter;
import dev.kekkai.testing.process.SoftHsmToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PIN that the token refuses is tried once, however often a supervisor restarts us. */
class WrongPinIT {
    private static final int CONFIGURATION = 3;
    private static final int PIN_REFUSED = 5;
    private static final String CKR_OK = "0";
    private static final String CKR_PIN_INCORRECT = "a0";
    private static final String WRONG = "wrong-pin-of-2024";

    @TempDir
    Path folder;

    private Installation kekkai;
    private LoginCounter counter;

    @BeforeEach
    void install() throws Exception {
        kekkai = Installation.withKey(folder);
        counter = LoginCounter.before(kekkai, folder);
    }

    @Test
    void five_starts_with_a_wrong_pin_make_one_login_and_the_right_pin_mends_it() throws Exception {
        kekkai.token().writePin(WRONG);

        Finished first = kekkai.run("serve").endedWith(PIN_REFUSED);
        for (int restart = 2; restart <= 5; restart++) {
            Finished again = kekkai.run("serve").endedWith(PIN_REFUSED);
            assertThat(again.err())
                    .contains("has refused the PIN in this file before")
                    .contains("write the right PIN to " + kekkai.token().pinFile())
                    .doesNotContain(WRONG);
        }

        assertThat(counter.logins()).containsExactly(CKR_PIN_INCORRECT);
        assertThat(first.err())
                .contains("token '" + SoftHsmToken.LABEL + "' refused the PIN in "
                        + kekkai.token().pinFile())
                .contains("CKR_PIN_INCORRECT")
                .doesNotContain(WRONG);
        nothingOfThePinIsKept();

        kekkai.token().writePin(SoftHsmToken.PIN);
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            assertThat(client.status().getHealthz()).isEqualTo("ok");
        }
        assertThat(counter.logins()).containsExactly(CKR_PIN_INCORRECT, CKR_OK);
    }

    private void nothingOfThePinIsKept() throws Exception {
        assertThat(kekkai.state().resolve("pin-attempt"))
                .content()
                .startsWith("refused")
                .contains(kekkai.token().pinFile().toString());
        byte[] pin = WRONG.getBytes(UTF_8);
        for (byte[] bytes : List.of(pin, (WRONG + "\n").getBytes(UTF_8))) {
            assertThat(Leak.of(ByteString.copyFrom(bytes), kekkai.state())).isEmpty();
            for (String hash : List.of("MD5", "SHA-1", "SHA-256", "SHA-512")) {
                byte[] digest = MessageDigest.getInstance(hash).digest(bytes);
                assertThat(Leak.of(ByteString.copyFrom(digest), kekkai.state()))
                        .as(hash)
                        .isEmpty();
            }
        }
    }

    @Test
    void a_pin_file_that_others_can_read_is_not_even_tried() throws Exception {
        Files.setPosixFilePermissions(kekkai.token().pinFile(), PosixFilePermissions.fromString("rw-r--r--"));

        Finished refused = kekkai.run("serve").endedWith(CONFIGURATION);

        assertThat(refused.err())
                .contains("custody.pkcs11.pin-file: " + kekkai.token().pinFile())
                .contains("can be read or written by others")
                .contains("chmod 0400");
        assertThat(counter.logins()).isEmpty();

        Files.setPosixFilePermissions(kekkai.token().pinFile(), PosixFilePermissions.fromString("r--------"));
        kekkai.run("key", "list").succeeded();
        assertThat(counter.logins()).containsExactly(CKR_OK);
    }
}
