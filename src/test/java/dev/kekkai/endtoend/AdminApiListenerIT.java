package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.kekkai.testing.admin.ApiClient;
import dev.kekkai.testing.admin.OidcIssuer;
import dev.kekkai.testing.admin.OperatorCertificates;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.testing.process.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin API's listener in good and bad surroundings. */
class AdminApiListenerIT {
    @TempDir
    Path folder;

    @Test
    void an_issuer_that_is_away_at_the_start_keeps_nobody_from_wrapping() throws Exception {
        OperatorCertificates certificates = OperatorCertificates.in(folder.resolve("certificates"))
                .issue("operators-ca", "alice", "/O=Example/CN=alice", "DNS:alice.example.net");
        Installation kekkai = Installation.withKey(folder);
        OidcIssuer issuer = OidcIssuer.start();
        issuer.close();
        AdminApiFixture.configure(kekkai, certificates, issuer.url());

        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            ByteString dek = KmsClient.dek();
            assertThat(client.unwrap(
                            client.wrap(dek).getCiphertext(), client.status().getKeyId()))
                    .isEqualTo(dek);
            int port = AdminApiFixture.adminPort(server);
            try (ApiClient alice = ApiClient.withCertificate(port, certificates, "alice");
                    ApiClient anonymous = ApiClient.anonymous(port, certificates)) {
                assertThat(alice.get("/api/v1/overview").status()).isEqualTo(200);
                ApiClient.Answer answer = anonymous
                        .withToken(issuer.token("somebody", "kekkai-viewers"))
                        .get("/api/v1/overview");
                assertThat(answer.status()).as("%s", answer).isEqualTo(503);
                assertThat(answer.code()).isEqualTo("issuer-unavailable");
            }
        }
    }

    @Test
    void an_issuer_is_believed_by_the_authority_that_is_named_for_it_alone() throws Exception {
        OperatorCertificates certificates = OperatorCertificates.in(folder.resolve("certificates"));
        Installation kekkai = Installation.withKey(folder);
        try (OidcIssuer issuer = OidcIssuer.startTls(certificates)) {
            AdminApiFixture.configure(kekkai, certificates, issuer.url());
            assertThat(statusWithToken(kekkai, certificates, issuer))
                    .as("no authority of the JDK's vouches for it")
                    .isNotEqualTo(200);

            kekkai.edit(
                    "issuer: " + issuer.url(),
                    "issuer: " + issuer.url() + "\n      ca-file: " + certificates.file("server-ca.crt"));
            assertThat(statusWithToken(kekkai, certificates, issuer)).isEqualTo(200);
        }
    }

    private static int statusWithToken(Installation kekkai, OperatorCertificates certificates, OidcIssuer issuer)
            throws Exception {
        try (KekkaiProcess server = kekkai.serve();
                ApiClient anonymous = ApiClient.anonymous(AdminApiFixture.adminPort(server), certificates)) {
            return anonymous
                    .withToken(issuer.token("somebody", "kekkai-viewers"))
                    .get("/api/v1/overview")
                    .status();
        }
    }

    @Test
    void the_recipes_of_the_documentation_do_what_they_say() throws Exception {
        try (AdminApiFixture api = AdminApiFixture.start(folder)) {
            Path desk = Files.createDirectory(folder.resolve("desk"));
            Files.copy(api.certificates().file("server-ca.crt"), desk.resolve("ca.pem"));
            Files.copy(api.certificates().file("alice.crt"), desk.resolve("alice.crt"));
            Files.copy(api.certificates().file("alice.key"), desk.resolve("alice.key"));
            Map<String, String> environment = Map.of("KEKKAI", "https://127.0.0.1:" + api.port());

            Finished look = Recipe.ofAdminApi("look").run(desk, environment).succeeded();
            Recipe.ofAdminApi("rotate").run(desk, environment).succeeded();

            JsonNode overview = new ObjectMapper().readTree(look.out());
            assertThat(overview.at("/health/healthy").asBoolean()).isTrue();
            assertThat(api.kekkai().keys()).hasSize(2);
            assertThat(api.kekkai().keys().get(1).get("state").asText()).isEqualTo("RETIRED");
        }
    }

    @Test
    void a_key_file_that_others_may_read_or_that_is_not_there_ends_the_start() throws Exception {
        OperatorCertificates certificates = OperatorCertificates.in(folder.resolve("certificates"));
        Installation kekkai = Installation.withKey(folder);
        AdminApiFixture.configure(kekkai, certificates, "https://sso.example.net");
        Files.setPosixFilePermissions(certificates.file("server.key"), PosixFilePermissions.fromString("rw-r-----"));

        assertThat(kekkai.run("serve").endedWith(3).err())
                .contains("admin.tls-key-file")
                .contains("chmod 0600");

        Files.delete(certificates.file("server.key"));
        assertThat(kekkai.run("serve").endedWith(3).err())
                .contains("admin.tls-key-file")
                .contains("no file");
        assertThat(kekkai.socket()).doesNotExist();
    }
}
