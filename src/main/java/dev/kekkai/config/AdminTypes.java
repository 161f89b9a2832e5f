package dev.kekkai.config;

import dev.kekkai.config.ValueType.Kind;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** The types of value that the section {@code admin} has. */
final class AdminTypes {
    private static final int LONGEST_NAME = 256;
    private static final int LAST_PORT = 65_535;

    private AdminTypes() {}

    /** Where a listener listens: {@code 127.0.0.1:8443} or {@code [::1]:8443}. */
    record Place(String address, int port) {
        /** The empty text. */
        static final Place NOWHERE = new Place("", 0);
    }

    /** Without what the runtime underneath would read as more than a path. */
    static ValueType<Path> file() {
        return ValueType.hidden(
                Kind.TEXT,
                "an absolute path without any of the characters $ , \\",
                text -> Types.absolutePath().read(text).filter(path -> text.matches("[^$,\\\\]+")));
    }

    static ValueType<Place> listen() {
        return ValueType.hidden(
                Kind.TEXT,
                "a literal IP address or localhost, a colon and a port, such as 127.0.0.1:8443 or [::1]:8443, or \"\"",
                text -> text.isEmpty() ? Optional.of(Place.NOWHERE) : place(text));
    }

    private static Optional<Place> place(String text) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > LAST_PORT) {
            return Optional.empty();
        }
        String host = text.substring(0, colon);
        boolean brackets = host.startsWith("[") && host.endsWith("]");
        String address = brackets ? host.substring(1, host.length() - 1) : host;
        return brackets == address.contains(":")
                ? Types.address().read(address).map(literal -> new Place(literal, Integer.parseInt(port)))
                : Optional.empty();
    }

    /** Tokens are believed by keys that are read from there, so nobody may sit in between: https, but on this very host. */
    static ValueType<URI> issuer() {
        return ValueType.hidden(
                Kind.TEXT,
                "an https URL without user, query or fragment (http only on localhost, 127.0.0.1 and [::1])",
                text -> url(text).filter(AdminTypes::isIssuer));
    }

    private static Optional<URI> url(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException unfit) {
            return Optional.empty();
        }
    }

    private static boolean isIssuer(URI url) {
        String host = url.getHost();
        return host != null
                && !url.toString().matches(".*[$,].*")
                && url.getRawUserInfo() == null
                && url.getRawQuery() == null
                && url.getRawFragment() == null
                && ("https".equals(url.getScheme())
                        || "http".equals(url.getScheme())
                                && Set.of("localhost", "127.0.0.1", "[::1]").contains(host));
    }

    static ValueType<String> audience() {
        return ValueType.hidden(
                Kind.TEXT,
                "a text of 1 to 256 printable characters without blanks and any of $ , \\",
                text -> Optional.of(text).filter(audience -> audience.matches("[!-~&&[^$,\\\\]]{1,256}")));
    }

    /** Names of claims with slashes between them. */
    static ValueType<String> claimPath() {
        return ValueType.hidden(
                Kind.TEXT,
                "the name of a claim, or several with / between them for nested ones: groups, realm_access/roles",
                text -> Optional.of(text)
                        .filter(path -> path.matches("[A-Za-z0-9_.-]{1,64}(/[A-Za-z0-9_.-]{1,64}){0,3}")));
    }

    /** A list of names as others chose them; commas are what lists are joined by. */
    static ValueType<Set<String>> names() {
        return ValueType.hidden(
                Kind.LIST,
                "a list of names of 1 to " + LONGEST_NAME + " characters each, without commas, none given twice",
                text -> Optional.of(text)
                        .filter(joined -> !joined.isEmpty())
                        .map(joined -> joined.split(",", -1))
                        .map(names -> {
                            Set<String> distinct = Set.copyOf(Arrays.asList(names));
                            return distinct.size() == names.length
                                            && distinct.stream().allMatch(AdminTypes::isName)
                                    ? Optional.of(distinct)
                                    : Optional.<Set<String>>empty();
                        })
                        .orElseGet(() -> Optional.of(Set.of())));
    }

    private static boolean isName(String name) {
        return !name.isBlank()
                && name.length() <= LONGEST_NAME
                && name.codePoints().noneMatch(Character::isISOControl);
    }
}
