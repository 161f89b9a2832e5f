package dev.kekkai.config;

import java.time.Duration;
import java.util.List;

/**
 * The ports for nodes, in the role gateway.
 *
 * @param address literal, to listen on
 * @param servicePort for nodes with a certificate; 0 takes any free one
 * @param attestPort for everybody who wants one; 0 takes any free one
 * @param names DNS names and literal addresses that nodes reach this gateway by; at least one
 * @param serverRoot number of the root that signs this gateway's certificate, from 1
 * @param connections on each port at most
 * @param attestations at once, and as many renewals beside them
 * @param attestationsPerSource at once from one address
 * @param inFlight wraps and unwraps of one node at once
 * @param policyGrace how long a node goes on after its policy changed
 */
public record GatewayConfig(
        String address,
        int servicePort,
        int attestPort,
        List<String> names,
        int serverRoot,
        int connections,
        int attestations,
        int attestationsPerSource,
        int inFlight,
        Duration policyGrace) {
    public GatewayConfig {
        names = List.copyOf(names);
    }
}
