package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigViewTest {
    @TempDir
    Path folder;

    private EffectiveConfig effective;
    private Path file;

    @BeforeEach
    void load() throws Exception {
        file = Files.writeString(
                folder.resolve("kekkai.yaml"),
                "kekkai:\n  custody:\n    profile: softhsm\n    pkcs11: { token: 'a \"b\" \\c', allow-soft-token: true }\n");
        effective = ConfigFile.read(file, Map.of("KEKKAI_STORE_PATH", "/srv/b.db"));
    }

    @Test
    void the_yaml_says_what_holds_and_whence() {
        assertThat(ConfigView.yaml(effective)).isEqualTo("""
                        kekkai:
                          role: "standalone"  # default
                          kms:
                            socket: "/run/kekkai/kms.sock"  # default
                            socket-mode: "0600"  # default
                            socket-group: ""  # default
                          custody:
                            type: "pkcs11"  # default
                            profile: "softhsm"  # FILE:3:14
                            pkcs11:
                              module: "/usr/lib/softhsm/libsofthsm2.so"  # profile softhsm
                              token: "a \\"b\\" \\\\c"  # FILE:4:22
                              pin-file: "/run/kekkai/pin"  # default
                              sessions: 8  # default
                              stuck-after: "10s"  # default
                              max-stuck: 16  # default
                              allow-soft-token: true  # FILE:4:52
                          keys:
                            backup-retention: "90d"  # default
                          batching:
                            mode: "auto"  # default
                            max: 1024  # default
                            lanes: 2  # default
                          store:
                            type: "sqlite"  # default
                            path: "/srv/b.db"  # KEKKAI_STORE_PATH
                            max-staleness: "3600s"  # default
                            postgresql:
                              user: "kekkai"  # default
                              tls: "verify-full"  # default
                          tenants:
                            folder: "/etc/kekkai/tenants"  # default
                          gateway:
                            address: "0.0.0.0"  # default
                            service-port: 8443  # default
                            attest-port: 8444  # default
                            server-root: 1  # default
                            connections: 1024  # default
                            attestations: 256  # default
                            attestations-per-source: 64  # default
                            in-flight: 1024  # default
                            policy-grace: "60s"  # default
                          agent:
                            roots-file: "/etc/kekkai/roots.pem"  # default
                            tpm: "/dev/tpmrm0"  # default
                            ek: "auto"  # default
                            event-log: "/sys/kernel/security/tpm0/binary_bios_measurements"  # default
                            host-name: ""  # default
                          audit:
                            path: ""  # default
                            fsync: "interval"  # default
                            rotate-size: "256MiB"  # default
                            rotate-after: "never"  # default
                            keep-files: 0  # default
                            anchor-every: "60s"  # default
                            syslog: ""  # default
                            otlp:
                              url: ""  # default
                              allow-plain: false  # default
                          management:
                            address: "127.0.0.1"  # default
                            port: 9000  # default
                          admin:
                            listen: ""  # default
                            oidc:
                              audience: "kekkai"  # default
                              roles-claim: "groups"  # default
                          approvals:
                            required: 1  # default
                            host: "bound"  # default
                            expire-after: "24h"  # default
                        """.replace("FILE", file.toString()));
    }

    @Test
    void the_yaml_loads_to_the_same_configuration() throws Exception {
        Path copy = Files.writeString(folder.resolve("copy.yaml"), ConfigView.yaml(effective));

        assertThat(ConfigFile.load(copy, Map.of())).isEqualTo(effective.config());
    }

    @Test
    void the_json_has_values_nested_and_origins_by_path() throws Exception {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            ConfigView.writeJson(effective, json);
        }

        assertThat(text.toString())
                .startsWith("{\"file\":\"" + file
                        + "\",\"kekkai\":{\"role\":\"standalone\",\"kms\":{\"socket\":\"/run/kekkai/kms.sock\",")
                .contains("\"pkcs11\":{\"module\":\"/usr/lib/softhsm/libsofthsm2.so\",\"token\":\"a \\\"b\\\" \\\\c\",")
                .contains(
                        "\"sessions\":8,\"stuck-after\":\"10s\",\"max-stuck\":16,\"allow-soft-token\":true}},\"keys\":{\"backup-retention\":\"90d\"},\"batching\":{\"mode\":\"auto\",\"max\":1024,\"lanes\":2},\"store\":{\"type\":\"sqlite\",\"path\":\"/srv/b.db\",\"max-staleness\":\"3600s\",\"postgresql\":{\"user\":\"kekkai\",\"tls\":\"verify-full\"}},")
                .contains(
                        "\"admin\":{\"listen\":\"\",\"oidc\":{\"audience\":\"kekkai\",\"roles-claim\":\"groups\"}},\"approvals\":{\"required\":1,\"host\":\"bound\",\"expire-after\":\"24h\"}},\"origins\":{\"role\":\"default\",")
                .contains("\"store.path\":\"KEKKAI_STORE_PATH\"")
                .contains("\"admin.oidc.roles-claim\":\"default\"")
                .endsWith("\"approvals.expire-after\":\"default\"}}");
    }
}
