package dev.kekkai.id;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.envelope.Vectors;
import java.util.stream.Stream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Positive;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyIdTest {
    static Stream<Vectors.KeyIds> vectors() {
        return Vectors.keyIds();
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void it_is_what_other_code_made_of_the_same_version_and_epoch(Vectors.KeyIds vector) {
        assertThat(KeyId.of(VersionId.parse(vector.versionId()), vector.epoch()))
                .hasToString(vector.keyId());
    }

    @Property
    void it_is_a_short_name_in_a_plain_alphabet(@ForAll @Size(16) byte[] version, @ForAll @Positive long epoch) {
        assertThat(KeyId.of(VersionId.of(version), epoch).value())
                .matches("kekkai:[A-Z2-7]{32}")
                .hasSizeLessThanOrEqualTo(1024);
    }

    @Property
    void another_epoch_of_a_version_has_another_key_id(
            @ForAll @Size(16) byte[] version, @ForAll @Positive long one, @ForAll @Positive long other) {
        Assume.that(one != other);

        assertThat(KeyId.of(VersionId.of(version), one)).isNotEqualTo(KeyId.of(VersionId.of(version), other));
    }

    @Property
    void another_version_at_an_epoch_has_another_key_id(
            @ForAll @Size(16) byte[] one, @ForAll @Size(16) byte[] other, @ForAll @Positive long epoch) {
        Assume.that(!VersionId.of(one).equals(VersionId.of(other)));

        assertThat(KeyId.of(VersionId.of(one), epoch)).isNotEqualTo(KeyId.of(VersionId.of(other), epoch));
    }
}
