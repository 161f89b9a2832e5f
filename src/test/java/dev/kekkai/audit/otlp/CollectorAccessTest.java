package dev.kekkai.audit.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.audit.otlp.OtlpCopies.Bounds;
import dev.kekkai.testing.admin.OperatorCertificates;
import dev.kekkai.testing.otlp.ReceivingCollector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which collector gets records, by its certificate; and by which headers it lets this server in. */
class CollectorAccessTest {
    private static final byte[] RECORD =
            "{\"v\":2,\"time\":\"2026-01-02T03:04:05.000678Z\",\"seq\":1}\n".getBytes(UTF_8);
    private static final Bounds QUICK =
            new Bounds(OtlpCopies.MOST_WAITING, Duration.ofSeconds(30), Duration.ofMillis(20), Duration.ofMillis(100));

    @TempDir
    static Path shared;

    private static OperatorCertificates certificates;

    @TempDir
    Path folder;

    private Path roots;
    private Path headers;

    @BeforeAll
    static void make_certificates() throws Exception {
        certificates = OperatorCertificates.in(shared.resolve("certificates"));
    }

    @BeforeEach
    void name_files() {
        roots = folder.resolve("roots.pem");
        headers = folder.resolve("headers");
    }

    private void trust(String ca) throws Exception {
        Files.copy(certificates.file(ca + ".crt"), roots, StandardCopyOption.REPLACE_EXISTING);
    }

    private OtlpCopies to(URI url) {
        return OtlpCopies.to(
                new CollectorAddress(
                        url, Optional.of(roots), Files.exists(headers) ? Optional.of(headers) : Optional.empty()),
                new UUID(1, 2),
                "1",
                QUICK);
    }

    private static ReceivingCollector secure() throws Exception {
        return ReceivingCollector.secure(certificates.tls("server-ca", "server"));
    }

    @Test
    void a_stranger_gets_nothing_until_its_authority_is_in_the_file() throws Exception {
        trust("other-ca");
        try (ReceivingCollector collector = secure();
                OtlpCopies copies = to(collector.url())) {
            copies.accept(RECORD);
            await().until(() -> copies.problem().contains("PKIX path"));
            assertThat(collector.requests()).isEmpty();

            trust("server-ca");

            await().until(() -> collector.lines().size() == 1);
            await().until(() -> copies.problem().isEmpty());
            assertThat(copies.dropped()).isZero();
        }
    }

    @Test
    void a_certificate_for_another_name_is_a_strangers() throws Exception {
        trust("server-ca");
        try (ReceivingCollector collector = secure();
                OtlpCopies copies = to(URI.create("https://localhost:" + collector.port() + "/v1/logs"))) {
            copies.accept(RECORD);

            await().until(() -> copies.problem().contains("localhost"));
            assertThat(collector.requests()).isEmpty();
        }
    }

    @Test
    void without_a_file_of_roots_those_of_the_jdk_count() throws Exception {
        try (ReceivingCollector collector = secure();
                OtlpCopies copies = OtlpCopies.to(
                        new CollectorAddress(collector.url(), Optional.empty(), Optional.empty()),
                        new UUID(1, 2),
                        "1",
                        QUICK)) {
            copies.accept(RECORD);

            await().until(() -> copies.problem().contains("PKIX path"));
            assertThat(collector.requests()).isEmpty();
        }
    }

    @Test
    void roots_that_are_not_there_are_said_and_stop_nothing() throws Exception {
        try (ReceivingCollector collector = secure();
                OtlpCopies copies = to(collector.url())) {
            copies.accept(RECORD);
            await().until(() -> copies.problem().contains("there is no file " + roots));

            Files.writeString(roots, "no certificate");
            await().until(() -> copies.problem().contains(roots + " "));
            trust("server-ca");
            await().until(() -> collector.lines().size() == 1);
        }
    }

    @Test
    void headers_go_with_each_request_and_are_read_anew() throws Exception {
        trust("server-ca");
        token("Authorization: Bearer first\n\nX-Scope-OrgID: kekkai\n", "rw-------");
        try (ReceivingCollector collector = secure();
                OtlpCopies copies = to(collector.url())) {
            copies.accept(RECORD);
            await().until(() -> collector.requests().size() == 1);
            token("Authorization: Bearer second\n", "rw-------");
            copies.accept(RECORD);
            await().until(() -> collector.requests().size() == 2);

            var first = collector.requests().getFirst();
            assertThat(first.path()).isEqualTo("/v1/logs");
            assertThat(first.headers().getFirst("Authorization")).isEqualTo("Bearer first");
            assertThat(first.headers().getFirst("X-Scope-OrgID")).isEqualTo("kekkai");
            assertThat(first.headers().getFirst("Content-Type")).isEqualTo("application/json");
            assertThat(collector.requests().get(1).headers().getFirst("Authorization"))
                    .isEqualTo("Bearer second");
        }
    }

    @Test
    void a_token_that_others_can_read_or_that_is_none_is_not_sent_and_not_said() throws Exception {
        trust("server-ca");
        token("Authorization: Bearer se-cret\n", "rw-r-----");
        try (ReceivingCollector collector = secure();
                OtlpCopies copies = to(collector.url())) {
            copies.accept(RECORD);
            await().until(() -> copies.problem().contains("chmod 0600 " + headers));

            token("Bearer se-cret\n", "rw-------");
            await().until(() -> copies.problem().contains("something else than a header in line 1"));
            token("Host: se-cret\n", "rw-------");
            await().until(() -> copies.problem().contains("sets the header Host"));
            assertThat(copies.problem()).doesNotContain("se-cret");
            assertThat(collector.requests()).isEmpty();

            token("Authorization: Bearer se-cret\n", "rw-------");
            await().until(() -> collector.lines().size() == 1);
        }
    }

    private void token(String text, String mode) throws Exception {
        Path staged = Files.writeString(folder.resolve("staged"), text);
        Files.setPosixFilePermissions(staged, PosixFilePermissions.fromString(mode));
        Files.move(staged, headers, StandardCopyOption.ATOMIC_MOVE);
    }
}
