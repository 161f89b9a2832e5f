package dev.kekkai.gateway;

import java.time.Duration;

/**
 * The bounds of a gateway.
 *
 * @param connections on each port
 * @param attestations at once, and as many renewals beside them
 * @param attestationsPerSource at once from one address
 * @param inFlight wraps and unwraps of one node at once
 * @param challenge how long evidence may take
 * @param policyGrace how long a node may go on after its policy changed without showing that it fits
 * @param connectionAge after which a connection to the service port is to be made anew
 * @param attestAge the same on the attest port
 * @param ageGrace for what is under way on a connection of that age
 * @param drain for what is under way when the gateway ends
 */
public record GatewayLimits(
        int connections,
        int attestations,
        int attestationsPerSource,
        int inFlight,
        Duration challenge,
        Duration policyGrace,
        Duration connectionAge,
        Duration attestAge,
        Duration ageGrace,
        Duration drain) {
    /** Room for a few hundred nodes that all come back at once, each from an address of its own or behind one that they share. */
    public static final GatewayLimits DEFAULT = new GatewayLimits(
            1024,
            256,
            64,
            1024,
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(10),
            Duration.ofMinutes(2),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5));
}
