package dev.kekkai.identity;

import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whom a node certificate names: {@code kekkai://<tenant-uuid>/<node-uuid>}, as its one subject alternative name. */
public record NodeName(TenantId tenant, NodeId node) {
    private static final String UUID_TEXT = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";
    private static final Pattern URI = Pattern.compile("kekkai://" + UUID_TEXT + "/" + UUID_TEXT);
    private static final int URI_NAME = 6; // GeneralName, uniformResourceIdentifier

    /** Empty if the certificate names anything else, or more. */
    public static Optional<NodeName> of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names == null || names.size() != 1) {
                return Optional.empty();
            }
            List<?> name = names.iterator().next();
            return name.get(0).equals(URI_NAME) ? parse(String.valueOf(name.get(1))) : Optional.empty();
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    private static Optional<NodeName> parse(String uri) {
        Matcher matcher = URI.matcher(uri);
        return matcher.matches()
                ? Optional.of(new NodeName(
                        new TenantId(UUID.fromString(matcher.group(1))), new NodeId(UUID.fromString(matcher.group(2)))))
                : Optional.empty();
    }

    /** As it stands in the certificate. */
    public String uri() {
        return "kekkai://" + tenant + "/" + node;
    }
}
