package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.SealedBox;
import iaik.pkcs.pkcs11.wrapper.PKCS11;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that no module here gives: of a length that the rule does not have, or with an IV that nobody made. */
class GcmStyleTest {
    private static final int DEK = 32;

    private static SealedBox sealedFrom(GcmStyle style, byte[] answer) throws Exception {
        PKCS11 module = (PKCS11) Proxy.newProxyInstance(
                GcmStyleTest.class.getClassLoader(), new Class<?>[] {PKCS11.class}, (self, method, arguments) -> {
                    boolean encrypts = method.getReturnType() == byte[].class;
                    return encrypts ? answer : null;
                });
        return style.encrypt(new Pkcs11Session(module, 1, () -> true), 1, new byte[] {1}, new byte[0], new byte[DEK]);
    }

    private static byte[] filled(int length) {
        byte[] answer = new byte[length];
        Arrays.fill(answer, (byte) 7);
        return answer;
    }

    @ParameterizedTest
    @CsvSource({"CALLER, 48, 1", "CALLER_BY_MESSAGE, 32, 1", "MODULE_APPENDED, 64, 16", "MODULE_PREPENDED, 60, 12"})
    void an_answer_of_another_length_than_the_rule_has_is_not_stored(GcmStyle style, int right, int iv)
            throws Exception {
        SealedBox box = sealedFrom(style, filled(right));
        assertThat(box.iv()).hasSize(iv);
        assertThat(box.box()).hasSize(DEK + 16);

        for (int length : new int[] {0, 12, 16, 28, right - 1, right + 1, right + 12, right + 16}) {
            assertThatThrownBy(() -> sealedFrom(style, filled(length)))
                    .as("%d bytes", length)
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("with " + length + " bytes instead of " + right);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = GcmStyle.class,
            names = {"MODULE_APPENDED", "MODULE_PREPENDED"})
    void an_iv_that_the_module_did_not_make_is_not_stored(GcmStyle style) {
        int length = style == GcmStyle.MODULE_APPENDED ? 64 : 60;

        assertThatThrownBy(() -> sealedFrom(style, new byte[length]))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("an IV of zeros");
    }
}
