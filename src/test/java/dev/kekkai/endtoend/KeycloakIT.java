package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.testing.admin.ApiClient;
import dev.kekkai.testing.admin.Keycloak;
import dev.kekkai.testing.admin.OperatorCertificates;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section "With Keycloak" of {@code docs/admin-api.md}, done. {@code bin/test --long} runs it: Keycloak is large and slow to start. */
@Tag("long")
class KeycloakIT {
    @TempDir
    static Path folder;

    private static Keycloak keycloak;
    private static OperatorCertificates certificates;

    @BeforeAll
    static void log_operators_in() throws Exception {
        certificates = OperatorCertificates.in(folder.resolve("certificates"))
                .issue("operators-ca", "alice", "/O=Example/CN=alice", "DNS:alice.example.net");
        keycloak = Keycloak.start(folder.resolve("keycloak"));
    }

    @AfterAll
    static void end() {
        keycloak.close();
    }

    private static Installation installed(String name, Keycloak issuer) throws Exception {
        Installation kekkai = Installation.withKey(Files.createDirectory(folder.resolve(name)));
        AdminApiFixture.configure(kekkai, certificates, issuer.issuer());
        return kekkai;
    }

    private static ApiClient at(KekkaiProcess server) throws Exception {
        return ApiClient.anonymous(AdminApiFixture.adminPort(server), certificates);
    }

    private static int look(ApiClient client, String token) throws Exception {
        return client.withToken(token).get("/api/v1/overview").status();
    }

    private static int createKey(ApiClient client, String token) throws Exception {
        ApiClient caller = client.withToken(token);
        String tenant =
                caller.get("/api/v1/keyrings").json().at("/keyrings/0/tenant").asText();
        return caller.post(
                        "/api/v1/keyrings/" + tenant + "/versions",
                        UUID.randomUUID().toString(),
                        "{}")
                .status();
    }

    @Test
    void groups_give_the_roles_that_the_configuration_grants() throws Exception {
        Installation kekkai = installed("groups", keycloak);
        try (KekkaiProcess server = kekkai.serve();
                ApiClient client = at(server)) {
            assertThat(createKey(client, keycloak.token("console", "olga"))).isEqualTo(201);
            assertThat(createKey(client, keycloak.token("kekkai", "olga"))).isEqualTo(201);

            String vera = keycloak.token("console", "vera");
            assertThat(look(client, vera)).isEqualTo(200);
            assertThat(createKey(client, vera))
                    .as("her group operator is called like a role, and none")
                    .isEqualTo(403);
            assertThat(look(client, keycloak.token("console", "rita")))
                    .as("realm roles are not asked for here")
                    .isEqualTo(403);
            assertThat(kekkai.audit()).anySatisfy(record -> {
                assertThat(record.get("action").asText()).isEqualTo("key.create");
                assertThat(record.at("/caller/subject").asText())
                        .isEqualTo("oidc:olga (sub 11111111-1111-4111-8111-111111111111)");
            });
        }
    }

    @Test
    void realm_roles_give_them_too_to_users_and_to_a_console_that_logs_in_by_itself() throws Exception {
        Installation kekkai = installed("roles", keycloak)
                .edit(
                        "issuer: " + keycloak.issuer(),
                        "issuer: " + keycloak.issuer() + "\n      roles-claim: realm_access/roles");
        try (KekkaiProcess server = kekkai.serve();
                ApiClient client = at(server)) {
            String rita = keycloak.token("console", "rita");
            assertThat(client.withToken(rita).get("/api/v1/audit").status()).isEqualTo(200);
            assertThat(createKey(client, rita)).isEqualTo(403);

            String console = keycloak.tokenOf("console");
            assertThat(look(client, console)).isEqualTo(200);
            assertThat(client.withToken(console).get("/api/v1/audit").status()).isEqualTo(403);
            assertThat(look(client, keycloak.token("console", "olga")))
                    .as("groups are not asked for here")
                    .isEqualTo(403);
        }
    }

    @Test
    void a_token_for_somebody_else_or_of_another_kind_is_refused() throws Exception {
        try (KekkaiProcess server = installed("audience", keycloak).serve();
                ApiClient client = at(server)) {
            ApiClient.Answer wiki =
                    client.withToken(keycloak.token("wiki", "olga")).get("/api/v1/overview");
            assertThat(wiki.status()).as("%s", wiki).isEqualTo(401);
            assertThat(wiki.code()).isEqualTo("credentials-refused");

            assertThat(look(client, keycloak.token("kekkai", "olga"))).isEqualTo(200);
            assertThat(look(client, keycloak.idToken("kekkai", "olga")))
                    .as("an ID token, whose audience is the client kekkai too")
                    .isEqualTo(401);
        }
    }

    @Test
    void while_it_is_down_certificates_and_wraps_go_on_and_it_may_come_back_with_other_keys() throws Exception {
        try (Keycloak own = Keycloak.start(folder.resolve("own"));
                KekkaiProcess server = installed("down", own).serve();
                KmsClient kms = server.client();
                ApiClient client = at(server);
                ApiClient alice = ApiClient.withCertificate(AdminApiFixture.adminPort(server), certificates, "alice")) {
            String before = own.token("console", "vera");
            assertThat(look(client, before)).isEqualTo(200);

            own.stop();

            assertThat(alice.get("/api/v1/overview").status()).isEqualTo(200);
            ByteString dek = KmsClient.dek();
            assertThat(kms.unwrap(kms.wrap(dek).getCiphertext(), kms.status().getKeyId()))
                    .isEqualTo(dek);
            assertThat(look(client, before))
                    .as("its keys are known, and the token has not expired")
                    .isEqualTo(200);

            own.startAgain();

            String after = own.token("console", "vera");
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(look(client, after)).isEqualTo(200));
            assertThat(look(client, before))
                    .as("signed by a key that is no more")
                    .isEqualTo(401);
        }
    }
}
