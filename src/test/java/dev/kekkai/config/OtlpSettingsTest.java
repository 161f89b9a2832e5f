package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The section {@code audit.otlp}: nothing of the trail goes over a wire in plain text unless somebody says so. */
class OtlpSettingsTest {
    private static final String CUSTODY = "  custody: { profile: softhsm, pkcs11: { allow-soft-token: true } }\n";

    @TempDir
    Path folder;

    private Optional<AuditConfig.Otlp> loaded(String otlp) throws Exception {
        Path file = folder.resolve("kekkai.yaml");
        Files.writeString(file, "kekkai:\n" + CUSTODY + "  audit: { otlp: { " + otlp + " } }\n");
        return ConfigFile.load(file, Map.of()).audit().otlp();
    }

    private String refusal(String otlp) {
        return String.valueOf(
                catchThrowableOfType(ConfigException.class, () -> loaded(otlp)).getMessage());
    }

    @Test
    void a_collector_is_used_as_it_is_written() throws Exception {
        assertThat(loaded("url: \"\"")).isEmpty();
        assertThat(loaded("url: \"https://collector.example.net:4318/v1/logs\", ca-file: /a.pem, headers-file: /h"))
                .contains(new AuditConfig.Otlp(
                        URI.create("https://collector.example.net:4318/v1/logs"),
                        Optional.of(Path.of("/a.pem")),
                        Optional.of(Path.of("/h"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://collector.example.net",
                "https://collector.example.net/",
                "https://user:word@collector.example.net/v1/logs",
                "https://collector.example.net/v1/logs?token=x",
                "https://collector.example.net/v1/logs#x",
                "https://collector.example.net:99999/v1/logs",
                "https:///v1/logs",
                "grpc://collector.example.net/v1/logs",
                "/v1/logs"
            })
    void what_is_no_url_of_a_collector_is_refused(String url) {
        assertThat(refusal("url: \"" + url + "\""))
                .contains("audit.otlp.url: expected an https or http URL with its path")
                .doesNotContain("word");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:4318/v1/logs", "http://[::1]:4318/v1/logs", "http://localhost/v1/logs"})
    void plain_text_stays_on_this_host(String url) throws Exception {
        assertThat(loaded("url: \"" + url + "\"")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://10.0.0.1:4318/v1/logs", "http://collector/v1/logs", "http://localhost.evil/v1/logs"})
    void plain_text_leaves_this_host_only_where_somebody_says_so_and_never_with_headers(String url) throws Exception {
        assertThat(refusal("url: \"" + url + "\"")).contains("audit.otlp.url: is http to another host", "allow-plain");
        assertThat(loaded("url: \"" + url + "\", allow-plain: true")).isPresent();
        assertThat(refusal("url: \"" + url + "\", allow-plain: true, headers-file: /h"))
                .contains("would read the headers", "make it https");
    }

    @Test
    void roots_that_check_nothing_are_refused() {
        assertThat(refusal("url: \"http://127.0.0.1/v1/logs\", ca-file: /a.pem"))
                .contains("audit.otlp.ca-file: checks nothing");
    }
}
