package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyslogSettingTest {
    private static final String CUSTODY = "  custody: { profile: softhsm, pkcs11: { allow-soft-token: true } }\n";

    @TempDir
    Path folder;

    private Optional<URI> loaded(String syslog) throws Exception {
        Path file = folder.resolve("kekkai.yaml");
        Files.writeString(file, "kekkai:\n" + CUSTODY + "  audit: { syslog: \"" + syslog + "\" }\n");
        return ConfigFile.load(file, Map.of()).audit().syslog();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"udp://127.0.0.1:514", "tcp://[::1]:601", "unix:/dev/log", "unix:/run/systemd/journal/dev-log"})
    void a_place_for_copies_is_an_address_or_a_socket_of_this_host(String syslog) throws Exception {
        assertThat(loaded(syslog)).contains(URI.create(syslog));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "udp://loghost:514",
                "udp://127.0.0.1",
                "tcp://127.0.0.1:99999",
                "unix:dev/log",
                "unix://host/dev/log",
                "unix:/",
                "unix:/dev/log?x",
                "unix:/dev/%6cog",
                "unix:/a234567890/b234567890/c234567890/d234567890/e234567890/f234567890/g234567890/h234567890/i234567890/j2345678",
                "/dev/log"
            })
    void what_is_neither_is_refused(String syslog) {
        assertThat(catchThrowableOfType(ConfigException.class, () -> loaded(syslog))
                        .getMessage())
                .contains("audit.syslog: expected udp://address:port", "unix:/dev/log");
    }
}
