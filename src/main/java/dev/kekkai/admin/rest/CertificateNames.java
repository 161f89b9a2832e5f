package dev.kekkai.admin.rest;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The names by which a configuration can mean a client certificate. */
final class CertificateNames {
    /** GeneralName of RFC 5280, §4.2.1.6. */
    private static final int EMAIL = 1;

    private static final int DNS = 2;
    private static final int URI = 6;

    private CertificateNames() {}

    /** The subject in the form of {@code openssl -subj}, and each alternative name with its kind in front. */
    static Set<String> of(X509Certificate certificate) {
        Set<String> names = new HashSet<>();
        names.add(subject(certificate));
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (alternative.get(0) instanceof Integer kind && alternative.get(1) instanceof String name) {
                    switch (kind) {
                        case EMAIL -> names.add("email:" + name);
                        case DNS -> names.add("DNS:" + name);
                        case URI -> names.add("URI:" + name);
                        default -> {}
                    }
                }
            }
        } catch (CertificateParsingException e) {
            // Names that cannot be read give no role.
        }
        return names;
    }

    /**
     * {@code /O=Example/CN=alice}, in the order of the certificate. A subject with a slash, a comma or several values at one place could be read as
     * another one: it stays in the form of RFC 2253, which no configuration can hold.
     */
    static String subject(X509Certificate certificate) {
        String name = certificate.getSubjectX500Principal().getName();
        try {
            List<Rdn> parts = new LdapName(name).getRdns();
            boolean plain = parts.stream()
                    .allMatch(part -> part.size() == 1
                            && part.getValue() instanceof String value
                            && value.chars().noneMatch(at -> at == '/' || at == ',' || at == '=' || at < ' '));
            return plain && !parts.isEmpty()
                    ? parts.stream()
                            .map(part -> part.getType() + "=" + part.getValue())
                            .collect(Collectors.joining("/", "/", ""))
                    : "subject " + name;
        } catch (InvalidNameException e) {
            return "subject " + name;
        }
    }
}
