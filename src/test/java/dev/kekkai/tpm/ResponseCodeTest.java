package dev.kekkai.tpm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseCodeTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    101   | TPM_RC_FAILURE (0x101)
                    921   | TPM_RC_LOCKOUT (0x921)
                    126   | TPM_RC_POLICY (0x126)
                    2c4   | TPM_RC_VALUE (0x2c4, parameter 2)
                    18b   | TPM_RC_HANDLE (0x18b, handle 1)
                    98e   | TPM_RC_AUTH_FAIL (0x98e, session 1)
                    9a2   | TPM_RC_BAD_AUTH (0x9a2, session 1)
                    99d   | TPM_RC_POLICY_FAIL (0x99d, session 1)
                    84    | TPM_RC_VALUE (0x84)
                    1e    | TPM_RC_BAD_TAG (0x1e)
                    b0143 | TPM_RC_COMMAND_CODE (0xb0143, from the resource manager)
                    70001 | TPM_RC_0x70001 (0x70001, from layer 7)
                    5ff   | TPM_RC_0x5ff (0x5ff, parameter 5)
                    97f   | TPM_RC_0x97f (0x97f)
                    """)
    void codes_have_the_names_of_the_standard_and_say_what_they_are_about(String code, String said) {
        assertThat(new ResponseCode(Integer.parseInt(code, 16))).hasToString(said);
    }

    @Test
    void three_codes_ask_for_the_same_command_again() {
        assertThat(IntStream.range(0, 0x1000).filter(code -> new ResponseCode(code).putsOff()))
                .containsExactly(0x908, 0x90A, 0x922);
    }

    @Test
    void each_number_has_some_description() {
        IntStream.concat(IntStream.range(0, 0x10000), IntStream.of(-1, Integer.MIN_VALUE))
                .forEach(code -> assertThat(new ResponseCode(code).toString()).startsWith("TPM_RC_"));
    }
}
