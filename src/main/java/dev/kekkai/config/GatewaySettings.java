package dev.kekkai.config;

import dev.kekkai.config.KekkaiConfig.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The section {@code gateway}, and what of it must be there in that role. */
final class GatewaySettings {
    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*|[0-9a-f:]*:[0-9a-f:.]*");
    private static final int MOST_NAMES = 32;

    static final Key<String> ADDRESS = Key.preset(
            "gateway.address",
            Types.address(),
            "0.0.0.0",
            "Address on which nodes are answered: a literal IP or localhost.");
    static final Key<Integer> SERVICE_PORT = Key.preset(
            "gateway.service-port",
            Types.integer(0, 65_535),
            "8443",
            "TCP port for nodes that have a certificate; 0 takes any free one.");
    static final Key<Integer> ATTEST_PORT = Key.preset(
            "gateway.attest-port",
            Types.integer(0, 65_535),
            "8444",
            "TCP port on which nodes show what they are and get a certificate; 0 takes any free one.");
    static final Key<List<String>> NAMES = new Key<>(
            "gateway.names",
            names(),
            new Key.Absence.Nothing(),
            "DNS names and literal addresses that nodes reach this gateway by; its certificate carries them.");
    static final Key<Integer> SERVER_ROOT = Key.preset(
            "gateway.server-root",
            Types.integer(1, 1_000_000),
            "1",
            "Number of the root that signs this gateway's certificate; the next one is on standby.");
    static final Key<Integer> CONNECTIONS = Key.preset(
            "gateway.connections",
            Types.integer(1, 16_384),
            "1024",
            "Number of connections on each port at a time; more are closed as they are accepted.");
    static final Key<Integer> ATTESTATIONS = Key.preset(
            "gateway.attestations",
            Types.integer(1, 4_096),
            "256",
            "Number of nodes that may attest at a time, and as many renew beside them; others are told to try again.");
    static final Key<Integer> ATTESTATIONS_PER_SOURCE = Key.preset(
            "gateway.attestations-per-source",
            Types.integer(1, 4_096),
            "64",
            "Number of nodes that may attest at a time from one address.");
    static final Key<Integer> IN_FLIGHT = Key.preset(
            "gateway.in-flight",
            Types.integer(1, 65_536),
            "1024",
            "Number of wraps and unwraps of one node that may be under way at a time.");
    static final Key<Duration> POLICY_GRACE = Key.preset(
            "gateway.policy-grace",
            Types.seconds(0, 600),
            "60s",
            "How long a node may go on after its policy changed before it must have shown that it fits the new one.");

    private GatewaySettings() {}

    private static ValueType<List<String>> names() {
        return ValueType.hidden(
                ValueType.Kind.LIST,
                "a list of 1 to " + MOST_NAMES + " DNS names in lower case, or literal addresses",
                text -> Optional.of(List.of(text.split(",", -1)))
                        .filter(names ->
                                names.size() <= MOST_NAMES && names.stream().allMatch(NAME.asMatchPredicate())));
    }

    static void check(Origin whole, Settings settings, Problems problems) {
        if (isGateway(settings) && settings.setting(NAMES).isEmpty() && !problems.mention(NAMES.path())) {
            problems.add(
                    whole,
                    NAMES.path(),
                    "is missing, and the role is gateway",
                    "give the names that nodes reach this gateway by, as a list");
        }
    }

    private static boolean isGateway(Settings settings) {
        return settings.find(ConfigKeys.ROLE).filter(Role.GATEWAY::equals).isPresent();
    }

    /** Empty in another role. */
    static Optional<GatewayConfig> of(Settings settings) {
        return isGateway(settings)
                ? Optional.of(new GatewayConfig(
                        settings.get(ADDRESS),
                        settings.get(SERVICE_PORT),
                        settings.get(ATTEST_PORT),
                        settings.get(NAMES),
                        settings.get(SERVER_ROOT),
                        settings.get(CONNECTIONS),
                        settings.get(ATTESTATIONS),
                        settings.get(ATTESTATIONS_PER_SOURCE),
                        settings.get(IN_FLIGHT),
                        settings.get(POLICY_GRACE)))
                : Optional.empty();
    }
}
