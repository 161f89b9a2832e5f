package dev.kekkai.admin.rest;

import dev.kekkai.audit.AuditException;
import dev.kekkai.config.AdminApi;
import dev.kekkai.config.AdminApi.Role;
import io.quarkus.security.credential.CertificateCredential;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.security.cert.CertificateEncodingException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Gives a caller the roles that the configuration grants, and no other: a group of the identity provider that happens to be called like one of our
 * roles is worth nothing. Each new credential is recorded as a login first.
 */
@Singleton
public class RoleGrants implements SecurityIdentityAugmentor {
    private final Front front;

    RoleGrants(Front front) {
        this.front = front;
    }

    @Override
    public Uni<SecurityIdentity> augment(SecurityIdentity identity, AuthenticationRequestContext context) {
        return identity.isAnonymous() ? Uni.createFrom().item(identity) : context.runBlocking(() -> granted(identity));
    }

    private SecurityIdentity granted(SecurityIdentity identity) {
        Front.Open open = front.get();
        SecurityIdentity granted = QuarkusSecurityIdentity.builder()
                .setPrincipal(identity.getPrincipal())
                .addCredentials(identity.getCredentials())
                .addAttributes(identity.getAttributes())
                .addRoles(roles(identity, open.config()))
                .build();
        try {
            open.logins().loggedIn(Callers.credential(granted), Callers.name(granted), granted.getRoles());
        } catch (AuditException | CertificateEncodingException e) {
            throw new ProblemException(ProblemCode.AUDIT_UNWRITABLE, "the login could not be recorded");
        }
        return granted;
    }

    private static Set<String> roles(SecurityIdentity identity, AdminApi config) {
        CertificateCredential certificate = identity.getCredential(CertificateCredential.class);
        return certificate == null
                ? of(identity.getRoles(), config.groups())
                : of(CertificateNames.of(certificate.getCertificate()), config.certificates());
    }

    private static Set<String> of(Set<String> names, Map<Role, Set<String>> grants) {
        Set<String> roles = new HashSet<>();
        grants.forEach((role, granted) -> {
            if (granted.stream().anyMatch(names::contains)) {
                roles.add(role.word());
            }
        });
        return roles;
    }
}
