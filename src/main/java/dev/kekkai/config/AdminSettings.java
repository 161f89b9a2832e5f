package dev.kekkai.config;

import dev.kekkai.config.AdminApi.Role;
import dev.kekkai.config.AdminTypes.Place;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The section {@code admin}: its keys, and which of them must be there because of others. */
final class AdminSettings {
    static final Key<Place> LISTEN = Key.preset(
            "admin.listen",
            AdminTypes.listen(),
            "",
            "Address and TCP port on which the admin API is served over TLS; empty serves it nowhere.");
    static final Key<Path> TLS_CERTIFICATE_FILE = file(
            "admin.tls-certificate-file",
            "Absolute path of a PEM file with the certificate of the admin API, and those between it and a root.");
    static final Key<Path> TLS_KEY_FILE =
            file("admin.tls-key-file", "Absolute path of a PEM file with that certificate's private key.");
    static final Key<Path> CLIENT_CA_FILE = file(
            "admin.client-ca-file",
            "Absolute path of a PEM file with the authorities that operators' client certificates come from.");
    static final Key<URI> OIDC_ISSUER = new Key<>(
            "admin.oidc.issuer",
            AdminTypes.issuer(),
            new Key.Absence.Nothing(),
            "URL of the OpenID Connect issuer whose bearer tokens are taken.");
    static final Key<String> OIDC_AUDIENCE = Key.preset(
            "admin.oidc.audience", AdminTypes.audience(), "kekkai", "The audience that a token must be for.");
    static final Key<String> OIDC_ROLES_CLAIM = Key.preset(
            "admin.oidc.roles-claim",
            AdminTypes.claimPath(),
            "groups",
            "The claim of a token that lists the groups of its owner.");
    static final Key<Path> OIDC_CA_FILE = file(
            "admin.oidc.ca-file",
            "Absolute path of a PEM file with the authorities that the issuer's own certificate may come from.");
    private static final Map<Role, Key<Set<String>>> GROUPS = Map.of(
            Role.VIEWER,
                    names("admin.groups.viewer", "Groups whose members may look at everything but the audit trail."),
            Role.OPERATOR, names("admin.groups.operator", "Groups whose members may look, and change keys."),
            Role.APPROVER,
                    names("admin.groups.approver", "Groups whose members may look, and approve what others ask for."),
            Role.AUDITOR, names("admin.groups.auditor", "Groups whose members may look, at the audit trail too."));
    private static final Map<Role, Key<Set<String>>> CERTIFICATES = Map.of(
            Role.VIEWER,
                    names(
                            "admin.certificates.viewer",
                            "Client certificates whose owners may look at everything but the audit trail."),
            Role.OPERATOR,
                    names("admin.certificates.operator", "Client certificates whose owners may look, and change keys."),
            Role.APPROVER,
                    names(
                            "admin.certificates.approver",
                            "Client certificates whose owners may look, and approve what others ask for."),
            Role.AUDITOR,
                    names(
                            "admin.certificates.auditor",
                            "Client certificates whose owners may look, at the audit trail too."));

    /** In the order of the annotated example. */
    static final List<Key<?>> ALL = List.of(
            LISTEN,
            TLS_CERTIFICATE_FILE,
            TLS_KEY_FILE,
            CLIENT_CA_FILE,
            OIDC_ISSUER,
            OIDC_AUDIENCE,
            OIDC_ROLES_CLAIM,
            OIDC_CA_FILE,
            key(GROUPS, Role.VIEWER),
            key(GROUPS, Role.OPERATOR),
            key(GROUPS, Role.APPROVER),
            key(GROUPS, Role.AUDITOR),
            key(CERTIFICATES, Role.VIEWER),
            key(CERTIFICATES, Role.OPERATOR),
            key(CERTIFICATES, Role.APPROVER),
            key(CERTIFICATES, Role.AUDITOR));

    private AdminSettings() {}

    private static Key<Path> file(String path, String help) {
        return new Key<>(path, AdminTypes.file(), new Key.Absence.Nothing(), help);
    }

    private static Key<Set<String>> names(String path, String help) {
        return new Key<>(path, AdminTypes.names(), new Key.Absence.Nothing(), help);
    }

    private static Key<Set<String>> key(Map<Role, Key<Set<String>>> keys, Role role) {
        Key<Set<String>> key = keys.get(role);
        if (key == null) {
            throw new IllegalStateException("no key for " + role);
        }
        return key;
    }

    static void check(Origin whole, Settings settings, Problems problems) {
        if (settings.find(LISTEN).filter(place -> !place.equals(Place.NOWHERE)).isEmpty()) {
            return;
        }
        for (Key<Path> needed : List.of(TLS_CERTIFICATE_FILE, TLS_KEY_FILE)) {
            if (settings.setting(needed).isEmpty() && !problems.mention(needed.path())) {
                problems.add(
                        whole,
                        needed.path(),
                        "is missing, and admin.listen is set",
                        "give the absolute path of a PEM file: the admin API is served over TLS alone");
            }
        }
        if (settings.setting(CLIENT_CA_FILE).isEmpty()
                && settings.setting(OIDC_ISSUER).isEmpty()) {
            problems.add(
                    whole,
                    LISTEN.path(),
                    "is set, and nobody could log in",
                    "give admin.client-ca-file for client certificates, admin.oidc.issuer for bearer tokens, or both");
        }
        refuseUnused(CLIENT_CA_FILE, CERTIFICATES, settings, problems);
        refuseUnused(OIDC_ISSUER, GROUPS, settings, problems);
    }

    /** Names that nobody could come with are a mistake: the one who wrote them believes that they grant something. */
    private static void refuseUnused(
            Key<?> needed, Map<Role, Key<Set<String>>> keys, Settings settings, Problems problems) {
        if (settings.setting(needed).isPresent()) {
            return;
        }
        for (Key<Set<String>> key : keys.values()) {
            settings.setting(key)
                    .ifPresent(given -> problems.add(
                            given.origin(),
                            key.path(),
                            "grants a role to nobody, because " + needed.path() + " is not set",
                            "set it, or take this out"));
        }
    }

    static Optional<AdminApi> of(Settings settings) {
        return settings.find(LISTEN)
                .filter(place -> !place.equals(Place.NOWHERE))
                .map(place -> new AdminApi(
                        place.address(),
                        place.port(),
                        settings.get(TLS_CERTIFICATE_FILE),
                        settings.get(TLS_KEY_FILE),
                        settings.find(CLIENT_CA_FILE),
                        settings.find(OIDC_ISSUER)
                                .map(issuer -> new AdminApi.Oidc(
                                        issuer,
                                        settings.get(OIDC_AUDIENCE),
                                        settings.get(OIDC_ROLES_CLAIM),
                                        settings.find(OIDC_CA_FILE))),
                        roles(GROUPS, settings),
                        roles(CERTIFICATES, settings)));
    }

    private static Map<Role, Set<String>> roles(Map<Role, Key<Set<String>>> keys, Settings settings) {
        return AdminApi.roles(
                settings.find(key(keys, Role.VIEWER)).orElse(Set.of()),
                settings.find(key(keys, Role.OPERATOR)).orElse(Set.of()),
                settings.find(key(keys, Role.APPROVER)).orElse(Set.of()),
                settings.find(key(keys, Role.AUDITOR)).orElse(Set.of()));
    }
}
