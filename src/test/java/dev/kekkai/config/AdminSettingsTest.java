package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.config.AdminApi.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminSettingsTest {
    private static final String TLS = "listen: 127.0.0.1:8443\ntls-certificate-file: /c.crt\ntls-key-file: /c.key\n";

    @TempDir
    Path folder;

    private Optional<AdminApi> load(String admin) throws Exception {
        Path file = folder.resolve("kekkai.yaml");
        Files.writeString(file, """
                kekkai:
                  custody:
                    profile: softhsm
                    pkcs11:
                      allow-soft-token: true
                """ + (admin.isEmpty() ? "" : "  admin:\n" + admin.indent(4)));
        return ConfigFile.load(file, Map.of()).admin();
    }

    @Test
    void it_is_served_nowhere_unless_somebody_says_so() throws Exception {
        assertThat(load("")).isEmpty();
        assertThat(load("listen: \"\"")).isEmpty();
    }

    @Test
    void groups_and_certificates_have_roles() throws Exception {
        AdminApi api = load(TLS + """
                        client-ca-file: /ca.pem
                        oidc:
                          issuer: https://sso.example.net/realms/ops
                          roles-claim: realm_access/roles
                        groups:
                          operator: [ops, admins]
                        certificates:
                          auditor: ["/O=Example/CN=alice"]
                        """).orElseThrow();

        assertThat(api.address()).isEqualTo("127.0.0.1");
        assertThat(api.port()).isEqualTo(8443);
        assertThat(api.groups().get(Role.OPERATOR)).containsExactlyInAnyOrder("ops", "admins");
        assertThat(api.groups().get(Role.VIEWER)).isEmpty();
        assertThat(api.certificates().get(Role.AUDITOR)).isEqualTo(Set.of("/O=Example/CN=alice"));
        assertThat(api.oidc().orElseThrow().audience()).isEqualTo("kekkai");
        assertThat(api.oidc().orElseThrow().rolesClaim()).isEqualTo("realm_access/roles");
    }

    @Test
    void without_tls_or_without_a_way_to_log_in_it_is_refused() {
        assertThatThrownBy(() -> load("listen: 127.0.0.1:8443\nclient-ca-file: /ca.pem"))
                .hasMessageContaining("admin.tls-certificate-file")
                .hasMessageContaining("admin.tls-key-file");
        assertThatThrownBy(() -> load(TLS)).hasMessageContaining("nobody could log in");
    }

    @Test
    void names_that_nobody_could_come_with_are_refused() {
        assertThatThrownBy(() -> load(TLS + "client-ca-file: /ca.pem\ngroups:\n  viewer: [x]"))
                .hasMessageContaining("admin.groups.viewer")
                .hasMessageContaining("admin.oidc.issuer is not set");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                ":8443",
                "127.0.0.1:65536",
                "127.0.0.1:-1",
                "example.net:8443",
                "::1:8443",
                "[127.0.0.1]:1",
                "[::1]"
            })
    void a_place_that_is_none_is_refused(String place) {
        assertThatThrownBy(() -> load("listen: \"" + place + "\"")).hasMessageContaining("admin.listen");
    }

    @Test
    void an_ipv6_address_stands_in_brackets() throws Exception {
        AdminApi api = load(TLS.replace("127.0.0.1:8443", "\"[::1]:0\"") + "client-ca-file: /ca.pem")
                .orElseThrow();

        assertThat(api.address()).isEqualTo("::1");
        assertThat(api.port()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://sso.example.net",
                "https://user@sso.example.net",
                "https://sso.example.net?x=1",
                "https://sso.example.net/#x",
                "https://sso.example.net/$%7Bx%7D",
                "sso.example.net",
                "file:///etc/passwd"
            })
    void an_issuer_that_others_could_pretend_to_be_is_refused(String issuer) {
        assertThatThrownBy(() -> load("oidc:\n  issuer: \"" + issuer + "\"")).hasMessageContaining("admin.oidc.issuer");
    }

    @Test
    void a_path_that_the_runtime_underneath_would_read_as_more_is_refused() {
        for (String path : Set.of("/a,/b", "/${HOME}/x", "relative", "/a\\\\b")) {
            assertThatThrownBy(() -> load("tls-key-file: \"" + path + "\"")).hasMessageContaining("admin.tls-key-file");
        }
    }
}
