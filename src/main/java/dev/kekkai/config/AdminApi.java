package dev.kekkai.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The listener of the admin API, and who may do what there.
 *
 * @param address literal IP or localhost
 * @param port 0 takes any free one
 * @param certificate PEM of the server's certificate, with what lies between it and a root
 * @param key PEM of its private key
 * @param clientCa PEM of the authorities that client certificates come from; empty if none is asked for
 * @param oidc who issues bearer tokens; empty if none is taken
 * @param groups which of the identity provider's groups have which role
 * @param certificates which client certificates have which role, by their names
 */
public record AdminApi(
        String address,
        int port,
        Path certificate,
        Path key,
        Optional<Path> clientCa,
        Optional<Oidc> oidc,
        Map<Role, Set<String>> groups,
        Map<Role, Set<String>> certificates) {
    /** What a caller may do; the words are those of the configuration and of the API's description. */
    public enum Role {
        /** Looks at everything but the audit trail. */
        VIEWER("viewer"),
        /** Looks, and changes keys, nodes and policies. */
        OPERATOR("operator"),
        /** Looks, and approves what others ask for. */
        APPROVER("approver"),
        /** Looks, at the audit trail too. */
        AUDITOR("auditor");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /**
     * An OpenID Connect issuer.
     *
     * @param issuer its URL, exactly as its tokens say it
     * @param audience what its tokens must be for
     * @param rolesClaim which claim lists a caller's groups; {@code /} between the names of nested ones
     * @param ca PEM of the authorities that its own certificate may come from; empty for those of the JDK
     */
    public record Oidc(URI issuer, String audience, String rolesClaim, Optional<Path> ca) {}

    public AdminApi {
        groups = Map.copyOf(groups);
        certificates = Map.copyOf(certificates);
    }

    static Map<Role, Set<String>> roles(
            Set<String> viewer, Set<String> operator, Set<String> approver, Set<String> auditor) {
        Map<Role, Set<String>> roles = new EnumMap<>(Role.class);
        roles.put(Role.VIEWER, viewer);
        roles.put(Role.OPERATOR, operator);
        roles.put(Role.APPROVER, approver);
        roles.put(Role.AUDITOR, auditor);
        return roles;
    }
}
