package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.id.TenantId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file for each tenant. */
class TenantSettingsTest {
    private static final String ID = "0a0b0c0d-1111-4222-8333-444455556666";

    @TempDir
    Path folder;

    private Path tenants;

    @BeforeEach
    void an_empty_folder() throws Exception {
        tenants = Files.createDirectory(folder.resolve("tenants"));
    }

    private void tenant(String file, String text) throws Exception {
        Files.writeString(tenants.resolve(file), text);
    }

    private Tenants load() throws Exception {
        Path config = Files.writeString(folder.resolve("kekkai.yaml"), """
                kekkai:
                  custody: { profile: softhsm, pkcs11: { allow-soft-token: true } }
                  tenants: { folder: %s }
                """.formatted(tenants));
        return ConfigFile.load(config, Map.of()).tenants();
    }

    @Test
    void the_default_tenant_is_there_without_any_file_or_folder() throws Exception {
        assertThat(load()).isEqualTo(Tenants.none());
        Files.delete(tenants);
        assertThat(load().find("").orElseThrow().id()).isEqualTo(TenantId.DEFAULT);
        assertThat(load().find("default").orElseThrow().pending()).isFalse();
    }

    @Test
    void a_tenant_is_found_by_its_name_and_by_its_identity() throws Exception {
        tenant("prod-eu.yaml", """
                tenant:
                  id: "%s"
                  pending: true
                  ek-ca-folder: /etc/kekkai/ek
                  vtpm-ca-folder: /etc/kekkai/vtpm
                  least-trust: hardware
                """.formatted(ID));
        tenant("README", "not a tenant");

        Tenants.Tenant found = load().find("prod-eu").orElseThrow();

        assertThat(load().find(ID)).contains(found);
        assertThat(load().all()).extracting(Tenants.Tenant::name).containsExactly("default", "prod-eu");
        assertThat(found.pending()).isTrue();
        assertThat(found.ekCas()).contains(Path.of("/etc/kekkai/ek"));
        assertThat(found.vtpmCas()).contains(Path.of("/etc/kekkai/vtpm"));
        assertThat(found.leastTrust()).isEqualTo("hardware");
        assertThat(load().find("prod-us")).isEmpty();
    }

    @Test
    void the_default_tenant_can_be_told_what_it_allows() throws Exception {
        tenant("default.yaml", "tenant: { pending: true }");

        assertThat(load().find("").orElseThrow().pending()).isTrue();
    }

    @Test
    void a_tenant_without_an_identity_or_with_that_of_another_is_refused() throws Exception {
        tenant("a.yaml", "tenant: { pending: true }");
        assertThatThrownBy(this::load).hasMessageContaining("is missing and has no default");
        tenant("a.yaml", "tenant: { id: \"" + ID + "\" }");
        tenant("b.yaml", "tenant: { id: \"" + ID + "\" }");
        assertThatThrownBy(this::load).hasMessageContaining("is that of the tenant a too");
    }

    @Test
    void fingerprints_of_issuers_are_read_as_tools_print_them_and_nothing_else_is() throws Exception {
        String hex = "ab".repeat(32);
        String colons = "CD:" + "cd:".repeat(30) + "CD";
        tenant("default.yaml", "tenant: { sha1-ek-issuers: [\"" + hex + "\", \"" + colons + "\"] }");
        assertThat(load().find("").orElseThrow().sha1EkIssuers()).containsExactlyInAnyOrder(hex, "cd".repeat(32));

        tenant("default.yaml", "tenant: { sha1-ek-issuers: [\"" + hex.substring(2) + "\"] }");
        assertThatThrownBy(this::load).hasMessageContaining("SHA-256 fingerprints: 64 hex digits each");
        tenant("default.yaml", "tenant: { pending: true }");
        assertThat(load().find("").orElseThrow().sha1EkIssuers()).isEmpty();
    }

    @Test
    void the_default_tenant_keeps_its_identity() throws Exception {
        tenant("default.yaml", "tenant: { id: \"" + ID + "\" }");

        assertThatThrownBy(this::load).hasMessageContaining("has an identity already");
    }

    @Test
    void what_was_mistyped_is_refused_with_the_nearest_key() throws Exception {
        tenant("a.yaml", "tenant: { id: \"" + ID + "\", pendign: true }");
        assertThatThrownBy(this::load).hasMessageContaining("did you mean \"pending\"?");
        tenant("a.yaml", "tenant: { id: NOT-A-UUID }");
        assertThatThrownBy(this::load).hasMessageContaining("a UUID in lower case and quotes");
        Files.delete(tenants.resolve("a.yaml"));
        tenant("A_B.yaml", "tenant: { id: \"" + ID + "\" }");
        assertThatThrownBy(this::load).hasMessageContaining("a tenant's name has 1 to 63 of a-z, 0-9 and -");
    }
}
