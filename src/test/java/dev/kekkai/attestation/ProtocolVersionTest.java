package dev.kekkai.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolVersionTest {
    private static String apart(int agent, int gateway) {
        return ProtocolVersion.apart(ProtocolVersion.told(agent), ProtocolVersion.told(gateway))
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "2, 1", "7, 8", "8, 7", "0, 1", "2, 0", "-1, -2"})
    void sides_that_are_at_most_one_version_apart_speak_with_each_other(int agent, int gateway) {
        assertThat(apart(agent, gateway)).isEmpty();
    }

    @Test
    void sides_that_are_further_apart_are_told_which_of_them_is_behind() {
        assertThat(apart(1, 3))
                .contains("the agent speaks protocol version 1 and the gateway 3")
                .contains("update the agent first");
        assertThat(apart(3, 1))
                .contains("the agent speaks protocol version 3 and the gateway 1")
                .contains("update the gateway first");
        assertThat(apart(0, 3)).contains("update the agent first");
    }

    /** Numbers on the wire have no sign. */
    @Test
    void the_largest_number_is_no_negative_one() {
        assertThat(apart(-1, 1)).contains("speaks protocol version 4294967295").contains("update the gateway first");
        assertThat(ProtocolVersion.told(-1).wire()).isEqualTo(-1);
    }

    @Test
    void there_is_none_below_the_first() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ProtocolVersion(0));
    }
}
