package dev.kekkai.id;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceBlockTest {
    /** What is no address counts as itself. */
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "2001:db8:1:2::7, 2001:db8:1:2::/64",
        "2001:db8:1:2:ffff:ffff:ffff:ffff, 2001:db8:1:2::/64",
        "2001:db8:1:3::7, 2001:db8:1:3::/64",
        "fe80::1%eth7, fe80:0:0:0::/64",
        "::ffff:192.0.2.1, 192.0.2.1",
        "whoever, whoever"
    })
    void an_ipv4_address_counts_alone_and_ipv6_by_its_network(String address, String block) {
        assertThat(SourceBlock.of(address)).hasToString(block);
    }
}
