package dev.kekkai.config;

import dev.kekkai.id.TenantId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The clusters whose keys are kept here. The tenant {@code default} is always among them.
 *
 * @param all by name
 */
public record Tenants(List<Tenant> all) {
    /** The name of the one that exists without any configuration. */
    public static final String DEFAULT = "default";

    public Tenants {
        all = List.copyOf(all);
    }

    /**
     * A cluster.
     *
     * @param name for people and on the command line
     * @param id its identity, which stays when it is renamed
     * @param pending whether a machine that nobody enrolled may wait for approval
     * @param ekCas folder of PEM files: makers' CAs for EK certificates
     * @param vtpmCas folder of PEM files: hypervisors' CAs for EK certificates of vTPMs
     * @param leastTrust {@code vouched}, {@code virtual} or {@code hardware}: what an EK must be worth whatever a policy says
     * @param sha1EkIssuers SHA-256 fingerprints, lower-case hex, of CAs in the folders whose EK certificates may be signed with SHA-1
     */
    public record Tenant(
            String name,
            TenantId id,
            boolean pending,
            Optional<Path> ekCas,
            Optional<Path> vtpmCas,
            String leastTrust,
            Set<String> sha1EkIssuers) {}

    /** Where no tenant is configured. */
    public static Tenants none() {
        return new Tenants(List.of(new Tenant(
                DEFAULT,
                TenantId.DEFAULT,
                false,
                Optional.empty(),
                Optional.empty(),
                TenantSettings.VOUCHED,
                Set.of())));
    }

    /** By its name, or its UUID; empty text means the default one. */
    public Optional<Tenant> find(String said) {
        String wanted = said.isEmpty() ? DEFAULT : said;
        return all.stream()
                .filter(tenant ->
                        tenant.name().equals(wanted) || tenant.id().toString().equals(wanted))
                .findFirst();
    }
}
