package dev.kekkai.gateway;

import dev.kekkai.attestation.ek.EkAuthorities;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.TrustClass;
import java.util.Optional;

/**
 * Whose word about EKs a tenant takes.
 *
 * @param authorities CAs of EK certificates, if the tenant has folders of them
 * @param atLeast what an EK must be worth, whatever a policy says
 */
public record TenantTrust(Optional<EkAuthorities> authorities, TrustClass atLeast) {
    /** A person's word is enough. */
    public static final TenantTrust VOUCHED = new TenantTrust(Optional.empty(), TrustClass.VOUCHED);

    /** What a node of that policy must be worth. */
    TrustClass demanded(Policy policy) {
        return policy.atLeast().satisfies(atLeast) ? policy.atLeast() : atLeast;
    }
}
