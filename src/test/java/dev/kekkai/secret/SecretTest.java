package dev.kekkai.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class SecretTest {
    private final byte[] bytes = "a DEK of sixteen".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    private final Secret secret = Secret.owning(bytes);

    @Test
    void it_lends_the_very_bytes_it_owns() {
        assertThat(secret.lent()).isSameAs(bytes);
        assertThat(secret.<byte[]>lend(lent -> lent)).isSameAs(bytes);
        assertThat(secret.length()).isEqualTo(16);
        assertThat(secret.isDestroyed()).isFalse();
    }

    @Test
    void closing_zeroes_the_array_itself() {
        secret.close();

        assertThat(bytes).containsOnly(0);
        assertThat(secret.isDestroyed()).isTrue();
    }

    @Test
    void nothing_is_lent_or_compared_after_it_was_destroyed() {
        secret.destroy();

        assertThatIllegalStateException().isThrownBy(secret::lent);
        assertThatIllegalStateException().isThrownBy(() -> secret.lend(lent -> lent));
        assertThatIllegalStateException().isThrownBy(() -> secret.sameAs(new byte[16]));
    }

    @Test
    void it_may_be_destroyed_twice() {
        secret.close();
        secret.close();

        assertThat(secret.isDestroyed()).isTrue();
    }

    @Test
    void its_text_tells_the_length_and_nothing_else() {
        assertThat(secret).hasToString("Secret[16 bytes]");
    }

    @Test
    void it_compares_contents_only_when_asked_to() {
        assertThat(secret.sameAs(bytes.clone())).isTrue();
        assertThat(secret.sameAs(new byte[16])).isFalse();
        assertThat(secret.sameAs(new byte[15])).isFalse();
        assertThat(secret).isNotEqualTo(Secret.owning(bytes.clone()));
    }
}
