package dev.kekkai.config;

import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.config.KekkaiConfig.TpmAddress;
import dev.kekkai.config.ValueType.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The types of value in the section {@code agent}. */
final class AgentTypes {
    static final String AUTO = "auto";

    private static final int MOST_GATEWAYS = 16;
    private static final int HIGHEST_PORT = 65_535;
    private static final String SOCKET = "unix:";
    private static final String NAME = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private static final Pattern GATEWAY = Pattern.compile(
            "(" + NAME + "(?:[.]" + NAME + ")*|\\[[0-9A-Fa-f:.]+\\]):([1-9][0-9]{0,4})/([1-9][0-9]{0,4})");
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private AgentTypes() {}

    static ValueType<List<Gateway>> gateways() {
        return ValueType.hidden(
                Kind.LIST,
                "a list of 1 to " + MOST_GATEWAYS
                        + " different gateways as host:service-port/attest-port, such as gw-1.example.net:8443/8444",
                AgentTypes::readGateways);
    }

    private static Optional<List<Gateway>> readGateways(String joined) {
        List<Gateway> gateways = new ArrayList<>();
        for (String text : joined.split(",", -1)) {
            Optional<Gateway> gateway = readGateway(text);
            if (gateway.isEmpty()) {
                return Optional.empty();
            }
            gateways.add(gateway.get());
        }
        return Optional.of(gateways)
                .filter(all -> all.size() <= MOST_GATEWAYS && new HashSet<>(all).size() == all.size());
    }

    private static Optional<Gateway> readGateway(String text) {
        Matcher parts = GATEWAY.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String host = parts.group(1).replaceAll("[\\[\\]]", "");
        boolean literal = parts.group(1).startsWith("[") || host.matches("[0-9.]+");
        int service = Integer.parseInt(parts.group(2));
        int attest = Integer.parseInt(parts.group(3));
        boolean fits = service <= HIGHEST_PORT && attest <= HIGHEST_PORT && service != attest;
        boolean addressed = !literal || Types.address().read(host).isPresent();
        return fits && addressed ? Optional.of(new Gateway(host, service, attest)) : Optional.empty();
    }

    static ValueType<TpmAddress> tpm() {
        return ValueType.hidden(
                Kind.TEXT,
                "an absolute path of a device, such as /dev/tpmrm0, or unix: and the absolute path of a socket that takes raw commands",
                text -> {
                    boolean socket = text.startsWith(SOCKET);
                    return Types.absolutePath()
                            .read(socket ? text.substring(SOCKET.length()) : text)
                            .map(path -> new TpmAddress(path, socket));
                });
    }

    /** By the names of the TCG's profile, as the prover's templates are called. */
    static ValueType<String> ek() {
        return Types.choice(Map.of(AUTO, AUTO, "l-1", "L_1", "l-2", "L_2", "h-1", "H_1", "h-2", "H_2", "h-3", "H_3"));
    }

    static ValueType<UUID> uuid() {
        return ValueType.shown(
                Kind.TEXT,
                "a UUID in lower case, such as 6b656b6b-6169-4000-8000-000000000001",
                text -> Optional.of(text)
                        .filter(uuid -> UUID_TEXT.matcher(uuid).matches())
                        .map(UUID::fromString),
                "[0-9A-Fa-f-]{1,40}");
    }

    static ValueType<String> hostName() {
        return ValueType.hidden(
                Kind.TEXT, "a host name of at most 253 letters, digits, - and ., or \"\"", text -> Optional.of(text)
                        .filter(name -> name.matches("[A-Za-z0-9.-]{0,253}")));
    }
}
