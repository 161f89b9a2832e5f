package dev.kekkai.config;

import dev.kekkai.config.ValueType.Kind;
import dev.kekkai.id.TenantId;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/** The types of value that keys have. */
final class Types {
    /** {@code sun_path} of unix(7) has 108 bytes; the JDK binds at most 106 of them, and the staging name beside the socket takes three. */
    static final int SOCKET_PATH_BYTES = 103;

    /** {@code CK_TOKEN_INFO.label} has 32 bytes, padded with blanks. */
    static final int TOKEN_LABEL_BYTES = 32;

    private static final String WORD = "[A-Za-z0-9-]{1,24}";
    private static final String DIGITS = "-?[0-9]{1,10}";
    private static final List<String> RWX = List.of("---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx");

    private Types() {}

    static ValueType<Path> absolutePath() {
        return ValueType.hidden(Kind.TEXT, "an absolute path", Types::readPath);
    }

    static ValueType<Path> socketPath() {
        return ValueType.hidden(
                Kind.TEXT,
                "an absolute path of at most " + SOCKET_PATH_BYTES
                        + " bytes (what a unix socket can be bound to), not named admin.sock, which is the admin socket beside it",
                text -> readPath(text)
                        .filter(path -> utf8Length(text) <= SOCKET_PATH_BYTES)
                        .filter(path -> !path.endsWith("admin.sock")));
    }

    static ValueType<String> tokenLabel() {
        return ValueType.hidden(
                Kind.TEXT,
                "a token label of 1 to " + TOKEN_LABEL_BYTES + " bytes, without blanks at its ends",
                text -> Optional.of(text)
                        .filter(label -> plain(label) && label.equals(label.strip()))
                        .filter(label -> !label.isEmpty() && utf8Length(label) <= TOKEN_LABEL_BYTES));
    }

    static ValueType<String> groupName() {
        return ValueType.hidden(Kind.TEXT, "the name of a group, or \"\"", text -> Optional.of(text)
                .filter(name -> name.isEmpty() || name.matches("[A-Za-z_][A-Za-z0-9_.@-]{0,62}[$]?")));
    }

    static ValueType<Set<PosixFilePermission>> socketMode() {
        return ValueType.shown(
                Kind.TEXT,
                "an octal mode in quotes such as \"0600\" or \"0660\", with read and write for the owner and nothing for others",
                Types::readMode,
                "[0-9]{1,6}");
    }

    static ValueType<String> address() {
        return ValueType.hidden(Kind.TEXT, "a literal IP address or localhost", text -> Optional.of(text)
                .filter(address -> address.equals("localhost") || literalAddress(address)));
    }

    /** What the driver would take besides is refused: a password does not belong in a configuration, and options have keys of their own. */
    static ValueType<String> postgresqlUrl() {
        String host = "([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?";
        return ValueType.hidden(
                Kind.TEXT,
                "jdbc:postgresql://host:port/database, with commas between several hosts, and without a user, a password or options",
                text -> Optional.of(text)
                        .filter(url -> url.matches(
                                "jdbc:postgresql://" + host + "(," + host + ")*/[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")));
    }

    static ValueType<String> databaseUser() {
        return ValueType.hidden(Kind.TEXT, "the name of a role: letters, digits and _.@-", text -> Optional.of(text)
                .filter(name -> name.matches("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,62}")));
    }

    static ValueType<String> profile() {
        return ValueType.hidden(
                Kind.TEXT,
                "the name of a bundled profile (a-z, 0-9, -) or the absolute path of one",
                text -> Optional.of(text)
                        .filter(name ->
                                name.matches("[a-z0-9-]+") || readPath(name).isPresent()));
    }

    static ValueType<Integer> integer(int least, int most) {
        return ValueType.shown(
                Kind.INTEGER,
                "a whole number from " + least + " to " + most,
                text -> Optional.of(text)
                        .filter(digits -> digits.matches("0|[1-9][0-9]{0,8}"))
                        .map(Integer::valueOf)
                        .filter(number -> number >= least && number <= most),
                DIGITS);
    }

    /** Whole days, as {@code 90d} or in ISO-8601. */
    static ValueType<Duration> days(int least, int most) {
        return ValueType.shown(
                Kind.TEXT,
                "a number of days from " + least + "d to " + most + "d, such as 90d or P90D",
                text -> Optional.of(text)
                        .filter(days -> days.matches("[1-9][0-9]{0,4}d|P[1-9][0-9]{0,4}D"))
                        .map(days -> Integer.valueOf(days.replaceAll("[PDd]", "")))
                        .filter(days -> days >= least && days <= most)
                        .map(Duration::ofDays),
                WORD);
    }

    /** Whole seconds, as {@code 10s} or in ISO-8601. */
    static ValueType<Duration> seconds(int least, int most) {
        return ValueType.shown(
                Kind.TEXT,
                "a number of seconds from " + least + "s to " + most + "s, such as 10s or PT10S",
                text -> Optional.of(text)
                        .filter(seconds -> seconds.matches("[1-9][0-9]{0,4}s|PT[1-9][0-9]{0,4}S"))
                        .map(seconds -> Integer.valueOf(seconds.replaceAll("[PTSs]", "")))
                        .filter(seconds -> seconds >= least && seconds <= most)
                        .map(Duration::ofSeconds),
                WORD);
    }

    static ValueType<Boolean> bool() {
        return ValueType.shown(
                Kind.BOOLEAN,
                "true or false",
                text -> Optional.of(text)
                        .filter(word -> word.equals("true") || word.equals("false"))
                        .map(Boolean::valueOf),
                WORD);
    }

    static <T> ValueType<T> choice(Map<String, T> choices) {
        return ValueType.shown(
                Kind.WORD,
                String.join(" or ", new TreeSet<>(choices.keySet())),
                text -> Optional.ofNullable(choices.get(text)),
                WORD);
    }

    /** In the form that all tools print: 8-4-4-4-12 lower-case hex digits. */
    static ValueType<TenantId> tenantId() {
        return ValueType.hidden(Kind.TEXT, "a UUID in lower case and quotes", text -> Optional.of(text)
                .filter(uuid -> uuid.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"))
                .map(UUID::fromString)
                .map(TenantId::new));
    }

    /** Printable ASCII, or nothing. */
    static ValueType<String> printable(int most) {
        return ValueType.hidden(
                Kind.TEXT, "a text of at most " + most + " printable ASCII characters", text -> Optional.of(text)
                        .filter(printable -> printable.matches("[ -~]{0," + most + "}")));
    }

    /** A list of words from a closed set, in any order. */
    static ValueType<Set<String>> listOf(Set<String> words) {
        return ValueType.hidden(
                Kind.LIST, "a list of any of " + String.join(", ", new TreeSet<>(words)), text -> Optional.of(text)
                        .map(joined ->
                                joined.isEmpty() ? Set.<String>of() : Set.copyOf(Arrays.asList(joined.split(",", -1))))
                        .filter(words::containsAll));
    }

    /** SHA-256 fingerprints of certificates as tools print them; read as 64 lower-case hex digits each. */
    static ValueType<Set<String>> fingerprints() {
        return ValueType.hidden(
                Kind.LIST,
                "a list of SHA-256 fingerprints: 64 hex digits each, with or without colons",
                text -> Optional.of(text)
                        .map(joined -> joined.isEmpty()
                                ? Set.<String>of()
                                : Arrays.stream(joined.split(",", -1))
                                        .map(each -> each.replace(":", "").toLowerCase(Locale.ROOT))
                                        .collect(Collectors.toUnmodifiableSet()))
                        .filter(all -> all.stream().allMatch(each -> each.matches("[0-9a-f]{64}"))));
    }

    private static Optional<Path> readPath(String text) {
        try {
            return Optional.of(text).filter(Types::plain).map(Path::of).filter(Path::isAbsolute);
        } catch (InvalidPathException unfit) {
            return Optional.empty();
        }
    }

    private static Optional<Set<PosixFilePermission>> readMode(String text) {
        if (!text.matches("0[67][0-7]0")) {
            return Optional.empty();
        }
        String symbols = RWX.get(text.charAt(1) - '0') + RWX.get(text.charAt(2) - '0') + RWX.getFirst();
        return Optional.of(PosixFilePermissions.fromString(symbols));
    }

    /** No name is ever resolved here. The JDK's short forms (127.1) and zones are left out: they are typing errors more often than not. */
    private static boolean literalAddress(String text) {
        if (!text.matches("[0-9]+([.][0-9]+){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
            return false;
        }
        try {
            return !InetAddress.ofLiteral(text).getHostAddress().isEmpty();
        } catch (IllegalArgumentException unfit) {
            return false;
        }
    }

    private static boolean plain(String text) {
        return text.codePoints().noneMatch(Character::isISOControl);
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
