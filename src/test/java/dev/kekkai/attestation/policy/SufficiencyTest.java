package dev.kekkai.attestation.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.tpm.structure.HashAlg;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SufficiencyTest {
    private static final Digest ONE = Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(new byte[1]));

    @Test
    void pcr_7_alone_cannot_be_a_policy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> values(7))
                .withMessageContaining("PCR 7 alone proves too little")
                .withMessageContaining("add PCR 4, 8, 9 or 11");
        assertThatCode(() -> values(7, 11)).doesNotThrowAnyException();
    }

    @Test
    void resettable_pcrs_do_not_count() {
        assertThatIllegalArgumentException().isThrownBy(() -> values(7, 16, 23)).withMessageContaining("PCR 7 alone");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> values(16, 23))
                .withMessageContaining("no rule pins a PCR");
    }

    @Test
    void later_pcrs_alone_cannot_be_a_policy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> values(8, 9, 11))
                .withMessageContaining("no rule pins what ran first");
    }

    @Test
    void rules_that_name_something_and_leave_the_rest_open_do_not_pin() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        alternative(List.of(new Rule.LogRequires(4, Set.of(ONE)), new Rule.LogForbids(4, Set.of(ONE)))))
                .withMessageContaining("no rule pins a PCR");
        assertThatCode(() -> alternative(List.of(new Rule.LogAllows(4, Set.of(ONE)))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4, 7})
    void zero_cannot_be_accepted_of_a_pcr_that_firmware_measures(int pcr) {
        Digest zero = Digest.of(HashAlg.SHA256, new byte[32]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rule.Value(pcr, Set.of(ONE, zero)))
                .withMessageContaining("PCR " + pcr + " cannot be accepted as zero");
        assertThatCode(() -> new Rule.Value(11, Set.of(zero))).doesNotThrowAnyException();
    }

    @Test
    void a_policy_says_what_it_leaves_open() {
        assertThat(policy(HashAlg.SHA256, values(0, 4)).weaknesses()).isEmpty();
        assertThat(policy(HashAlg.SHA256, values(0, 7)).weaknesses())
                .singleElement()
                .asString()
                .contains("'a'")
                .contains("boot loader or kernel");
        assertThat(policy(HashAlg.SHA256, values(4)).weaknesses())
                .singleElement()
                .asString()
                .contains("firmware (PCR 0)");
        Rule sha1 = new Rule.Value(0, Set.of(Digest.of(HashAlg.SHA1, HashAlg.SHA1.digest())));
        Rule sha1Loader = new Rule.Value(4, Set.of(Digest.of(HashAlg.SHA1, HashAlg.SHA1.digest())));
        assertThat(policy(HashAlg.SHA1, alternative(List.of(sha1, sha1Loader))).weaknesses())
                .singleElement()
                .asString()
                .contains("SHA-1");
    }

    @Test
    void rules_and_alternatives_that_make_no_sense_are_refused() {
        Digest sha1 = Digest.of(HashAlg.SHA1, new byte[20]);
        assertThatIllegalArgumentException().isThrownBy(() -> new Rule.Value(24, Set.of(ONE)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rule.Value(4, Set.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rule.LogAllows(4, Set.of(ONE, sha1)));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> alternative(List.of(new Rule.Value(4, Set.of(ONE)), new Rule.Value(11, Set.of(sha1)))))
                .withMessageContaining("several banks");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy(HashAlg.SHA384, values(4)))
                .withMessageContaining("sha256, and the policy's bank is sha384");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy(HashAlg.SHA256, values(4), values(0)))
                .withMessageContaining("two alternatives are named 'a'");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Alternative(" ", Alternative.State.ACTIVE, values(4).rules()))
                .withMessageContaining("needs a name");
    }

    private static Alternative values(int... pcrs) {
        List<Rule> rules = new ArrayList<>();
        for (int pcr : pcrs) {
            rules.add(new Rule.Value(pcr, Set.of(ONE)));
        }
        return alternative(rules);
    }

    private static Alternative alternative(List<Rule> rules) {
        return new Alternative("a", Alternative.State.ACTIVE, rules);
    }

    private static Policy policy(HashAlg bank, Alternative... alternatives) {
        return new Policy(bank, TrustClass.VOUCHED, OptionalLong.empty(), false, List.of(alternatives));
    }
}
