package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.freshKek;
import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Kek;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A creation of two key objects that fails between, before or after them. */
class CutOffCreationTest {
    @TempDir
    Path folder;

    private final Kek kek = freshKek(Mechanism.AES_CBC_HMAC);
    private VendorToken hsm;
    private Pkcs11Token token;

    @BeforeEach
    void open() throws Exception {
        hsm = VendorToken.in(folder);
        token = hsm.open(VendorToken.CBC_HMAC);
    }

    @AfterEach
    void close() {
        hsm.module.calm();
        token.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void a_token_that_makes_no_such_key_is_left_as_it_was(int made) throws Exception {
        try (Injection _ = hsm.module.inject(
                Fault.fail("C_GenerateKey", "CKR_MECHANISM_INVALID").after(made))) {
            assertThatThrownBy(() -> result(token.inventory().generate(kek)))
                    .isInstanceOf(Misconfigured.class)
                    .hasMessageContaining("(CKR_MECHANISM_INVALID)")
                    .hasMessageContaining("'kekkai key adopt'");
            assertThat(hsm.counters().injected("C_GenerateKey")).isEqualTo(1);
        }
        assertThat(hsm.softHsm.secretKeys()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void a_key_that_was_made_and_answered_with_an_error_is_found_and_taken_back(int made) throws Exception {
        try (Injection _ = hsm.module.inject(Fault.failLate("C_GenerateKey", "CKR_FUNCTION_FAILED")
                .after(made)
                .times(1))) {
            assertThatThrownBy(() -> result(token.inventory().generate(kek))).isInstanceOf(CustodyException.class);
            assertThat(hsm.counters().injected("C_GenerateKey")).isEqualTo(1);
        }
        assertThat(hsm.softHsm.secretKeys()).isZero();
    }

    @Test
    void what_cannot_be_taken_back_is_named() throws Exception {
        try (Injection _ = hsm.module.inject(
                        Fault.fail("C_GenerateKey", "CKR_FUNCTION_FAILED").after(1));
                Injection _ = hsm.module.inject(Fault.fail("C_DestroyObject", "CKR_FUNCTION_FAILED"))) {
            assertThatThrownBy(() -> result(token.inventory().generate(kek)))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining(kek.label())
                    .hasMessageContaining("with CKA_ID " + kek.version() + ", could not be destroyed again")
                    .hasMessageContaining("It never wrapped anything");
            assertThat(hsm.counters().injected("C_DestroyObject")).isEqualTo(1);
        }
        assertThat(hsm.softHsm.secretKeys()).isEqualTo(1);
    }
}
