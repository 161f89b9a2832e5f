package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Pkcs7Test {
    @Test
    void every_length_comes_back_and_always_grows() {
        for (int length = 0; length <= 64; length++) {
            byte[] data = new byte[length];
            Arrays.fill(data, (byte) 16);
            byte[] padded = Pkcs7.pad(data, 16);

            assertThat(padded.length % 16).isZero();
            assertThat(padded.length - length).isBetween(1, 16);
            assertThat(padded[padded.length - 1]).isEqualTo((byte) (padded.length - length));
            assertThat(Pkcs7.unpad(padded, 16)).contains(data);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00000000000000000000000000000000",
                "00000000000000000000000000000011",
                "000000000000000000000000000000ff",
                "00000000000000000000000000000102",
                "00000000000000000000000000020303"
            })
    void what_is_no_padding_is_none(String hex) {
        assertThat(Pkcs7.unpad(HexFormat.of().parseHex(hex), 16)).isEmpty();
    }
}
