package dev.kekkai.agent;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How the way to the gateways does.
 *
 * @param node who this node is to the gateways, once it was attested
 * @param certificateLeft how long the node certificate still lives; zero if there is none
 * @param problem why there is no certificate or the one there is was not renewed; empty if all is well
 * @param roots SHA-256 of the public keys of the roots trusted at the moment, hex
 */
public record UplinkReport(
        Optional<UUID> node,
        Optional<UUID> tenant,
        Duration certificateLeft,
        String problem,
        long authoritySerial,
        List<String> roots,
        List<Link> links) {
    public UplinkReport {
        roots = List.copyOf(roots);
        links = List.copyOf(links);
    }

    /**
     * One gateway.
     *
     * @param problem why nothing goes there; empty if something may
     * @param preferred whether calls go there at the moment
     * @param latency one round trip, zero if not connected
     * @param protocol the newest version of the protocol that it speaks, 0 if not connected
     * @param clockAhead how far its clock is ahead of this node's, zero if not connected
     */
    public record Link(
            String gateway, String problem, boolean preferred, Duration latency, int protocol, Duration clockAhead) {}
}
