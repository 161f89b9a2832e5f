package dev.kekkai.app;

import dev.kekkai.attestation.ek.CaFolder;
import dev.kekkai.attestation.ek.CaFolderException;
import dev.kekkai.attestation.ek.EkAuthorities;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.config.Tenants;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.gateway.TenantTrust;
import dev.kekkai.id.TenantId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads each tenant's folders of CAs that vouch for TPMs, once, at the start. */
final class EkFolders {
    private EkFolders() {}

    static Map<TenantId, TenantTrust> read(Tenants tenants) throws StartException {
        Map<TenantId, TenantTrust> trust = new HashMap<>();
        for (Tenant tenant : tenants.all()) {
            trust.put(tenant.id(), trust(tenant));
        }
        return Map.copyOf(trust);
    }

    private static TenantTrust trust(Tenant tenant) throws StartException {
        try {
            return new TenantTrust(authorities(tenant), atLeast(tenant));
        } catch (CaFolderException | IOException e) {
            throw new StartException(
                    "tenant " + tenant.name() + ": its CAs of TPMs cannot be used: " + e.getMessage(), e);
        }
    }

    private static Optional<EkAuthorities> authorities(Tenant tenant) throws CaFolderException, IOException {
        if (tenant.ekCas().isEmpty()
                && tenant.vtpmCas().isEmpty()
                && tenant.sha1EkIssuers().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                EkAuthorities.of(certificates(tenant.ekCas()), certificates(tenant.vtpmCas()), tenant.sha1EkIssuers()));
    }

    private static List<X509Certificate> certificates(Optional<Path> folder) throws CaFolderException, IOException {
        return folder.isPresent() ? CaFolder.read(folder.get()) : List.of();
    }

    private static TrustClass atLeast(Tenant tenant) {
        return Arrays.stream(TrustClass.values())
                .filter(each -> each.word().equals(tenant.leastTrust()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the configuration takes no other word"));
    }
}
