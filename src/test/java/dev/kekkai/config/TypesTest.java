package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypesTest {
    @ParameterizedTest
    @CsvSource({"0600,rw-------", "0660,rw-rw----", "0620,rw--w----", "0770,rwxrwx---"})
    void a_mode_is_read_as_chmod_reads_it(String octal, String symbols) {
        assertThat(Types.socketMode().read(octal)).contains(PosixFilePermissions.fromString(symbols));
    }

    @ParameterizedTest
    @ValueSource(strings = {"600", "0601", "0666", "0400", "0200", "1600", "0o600", "rw-------", "", "0680"})
    void a_mode_that_is_open_to_others_or_closed_to_the_owner_or_not_octal_does_not_fit(String mode) {
        assertThat(Types.socketMode().read(mode)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "10.1.2.3", "::1", "::", "2001:db8::1", "localhost"})
    void a_literal_address_fits(String address) {
        assertThat(Types.address().read(address)).contains(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.1",
                "1",
                "256.0.0.1",
                "example.org",
                "LOCALHOST",
                "fe80::1%eth0",
                "[::1]",
                "::g",
                ":",
                "1:2"
            })
    void an_address_that_would_be_looked_up_or_is_none_does_not_fit(String address) {
        assertThat(Types.address().read(address)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "run/a", "./a", "~/a", "/a\nb", "/a\0b"})
    void a_path_that_is_relative_or_has_control_characters_does_not_fit(String path) {
        assertThat(Types.absolutePath().read(path)).isEmpty();
    }

    @Test
    void a_socket_path_ends_where_the_kernel_ends_it() {
        assertThat(Types.socketPath().read("/" + "a".repeat(102))).isPresent();
        assertThat(Types.socketPath().read("/" + "a".repeat(103))).isEmpty();
        assertThat(Types.socketPath().read("/run/kekkai/admin.sock")).isEmpty();
        assertThat(Types.socketPath().read("/" + "\u00e9".repeat(52))).isEmpty();
    }

    @Test
    void a_token_label_has_1_to_32_bytes() {
        assertThat(Types.tokenLabel().read("a".repeat(32))).isPresent();
        assertThat(Types.tokenLabel().read("a".repeat(33))).isEmpty();
        assertThat(Types.tokenLabel().read("\u00e9".repeat(17))).isEmpty();
        assertThat(Types.tokenLabel().read("")).isEmpty();
        assertThat(Types.tokenLabel().read("padded ")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"7d,7", "90d,90", "P90D,90", "3650d,3650"})
    void a_number_of_days_is_read_with_its_unit(String text, int days) {
        assertThat(Types.days(7, 3650).read(text)).contains(Duration.ofDays(days));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "90", "0d", "6d", "3651d", "90m", "90 d", "-90d", "PT90S", "P1Y", "99999999999d"})
    void a_time_without_unit_or_outside_the_bounds_does_not_fit(String text) {
        assertThat(Types.days(7, 3650).read(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1s,1", "10s,10", "PT10S,10", "600s,600"})
    void a_number_of_seconds_is_read_with_its_unit(String text, int seconds) {
        assertThat(Types.seconds(1, 600).read(text)).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "0s", "601s", "10m", "10 s", "-10s", "P10D", "99999999999s"})
    void a_number_of_seconds_without_unit_or_outside_the_bounds_does_not_fit(String text) {
        assertThat(Types.seconds(1, 600).read(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"socket,socket,0", "sokcet,socket,2", "port,path,3", "'',abc,3", "pin,pin-file,5"})
    void spelling_counts_letters_to_change(String from, String to, int distance) {
        assertThat(Spelling.distance(from, to)).isEqualTo(distance);
        assertThat(Spelling.distance(to, from)).isEqualTo(distance);
    }
}
