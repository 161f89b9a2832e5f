package dev.kekkai.store;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and reasons are read by who decides on them, so they must be what they look like. */
class ApprovalTextTest {
    private static void check(String text) throws StoreException {
        ApprovalText.check("the reason", text, 16);
    }

    @Test
    void what_people_write_is_taken() {
        assertThatCode(() -> {
                    for (String text : List.of("", "Schlüssel", "鍵を壊す", "ключ", "a b-c", "🔑")) {
                        check(text);
                    }
                })
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, 0x09, 0x0A, 0x0D, 0x1B, 0x7F, 0x85, 0x9B, 0xAD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028,
                0x2029, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0x206F, 0xFEFF, 0xFFF9, 0xFFFB, 0xE0001, 0xE0041,
                0xE0FFF
            })
    void a_character_that_moves_turns_or_hides_text_is_refused(int character) {
        assertThatThrownBy(() -> check("a" + Character.toString(character) + "b"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("the reason has a character that is not for reading");
    }

    @Test
    void half_a_surrogate_pair_is_refused() {
        assertThatThrownBy(() -> check("\uD83D")).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> check("\uDD11a")).isInstanceOf(StoreException.class);
    }

    @Test
    void the_length_is_that_of_its_utf_8() throws Exception {
        check("ü".repeat(8));

        assertThatThrownBy(() -> check("ü".repeat(8) + "a"))
                .isInstanceOf(StoreException.class)
                .hasMessage("the reason has more than 16 bytes");
    }
}
