package dev.kekkai.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.attestation.ek.EkAuthorities;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.Tenants;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.agent.SmallFleet;
import dev.kekkai.testing.attestation.CertificateMaker;
import dev.kekkai.testing.attestation.SoftwareEk;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A maker that signs its TPMs' certificates with SHA-1, as a good part of them do. */
class EkFoldersTest {
    @TempDir
    Path folder;

    private final KeyPair ekKey = SoftwareEk.rsa(2048);
    private X509Certificate maker;
    private EndorsementKey ek;
    private List<byte[]> chain;

    EkFoldersTest() throws Exception {}

    @BeforeEach
    void a_tpm_of_that_maker() throws Exception {
        KeyPair makerKey = SoftwareEk.rsa(2048);
        maker = CertificateMaker.ca("maker").selfSigned(makerKey);
        ek = EndorsementKey.parse(SoftwareEk.area(EkTemplate.L_1, ekKey).bytes());
        chain = List.of(CertificateMaker.ek(true)
                .signedWith("SHA1withRSA")
                .issued(ekKey.getPublic(), maker, makerKey)
                .getEncoded());
        Files.writeString(Files.createDirectory(folder.resolve("ek-ca")).resolve("maker.pem"), SmallFleet.pem(maker));
        Files.createDirectory(folder.resolve("tenants"));
    }

    /** As tools print it. */
    private String fingerprint() throws Exception {
        return HexFormat.ofDelimiter(":").withUpperCase().formatHex(HashAlg.SHA256.digest(maker.getEncoded()));
    }

    private Tenants tenants(String name, String text) throws Exception {
        Files.writeString(folder.resolve("tenants").resolve(name + ".yaml"), "tenant: { " + text + " }\n");
        Path config = Files.writeString(folder.resolve("kekkai.yaml"), """
                kekkai:
                  custody: { profile: softhsm, pkcs11: { allow-soft-token: true } }
                  tenants: { folder: %s }
                """.formatted(folder.resolve("tenants")));
        return ConfigFile.load(config, Map.of()).tenants();
    }

    private EkAuthorities authorities(Tenants tenants, TenantId of) throws Exception {
        return EkFolders.read(tenants).get(of).authorities().orElseThrow();
    }

    @Test
    void it_is_refused_unless_the_tenant_names_the_maker_and_counts_for_that_tenant_alone() throws Exception {
        String cas = "ek-ca-folder: \"" + folder.resolve("ek-ca") + "\"";
        tenants("default", cas);
        TenantId other = new TenantId(java.util.UUID.randomUUID());
        Tenants both =
                tenants("other", "id: \"" + other + "\", " + cas + ", sha1-ek-issuers: [\"" + fingerprint() + "\"]");

        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> authorities(both, TenantId.DEFAULT).judge(ek, chain, Instant.now()))
                .satisfies(refusal -> assertThat(refusal.verdict().reason()).isEqualTo(Reason.EK_CHAIN))
                .satisfies(refusal -> assertThat(refusal.verdict().toString())
                        .contains("allow SHA-1 for its issuer, fingerprint "
                                + fingerprint().replace(":", "").toLowerCase(java.util.Locale.ROOT)));
        assertThat(authorities(both, other).judge(ek, chain, Instant.now())).isEqualTo(TrustClass.HARDWARE);
    }

    @Test
    void an_issuer_that_is_in_no_folder_ends_the_start() throws Exception {
        Tenants without = tenants("default", "sha1-ek-issuers: [\"" + fingerprint() + "\"]");

        assertThatExceptionOfType(StartException.class)
                .isThrownBy(() -> EkFolders.read(without))
                .withMessageContaining("tenant default: ")
                .withMessageContaining("which is not in the folder");
    }
}
