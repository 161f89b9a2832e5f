/**
 * Who a gateway and its nodes are on the network: two CAs whose keys never leave the HSM, certificates of minutes for nodes and of days for the
 * gateway itself, and the exchange of the root that nodes trust.
 *
 * <p>Nothing here is secret but the gateway's own TLS key, which lives in memory and dies with the process.
 */
@NullMarked
package dev.kekkai.identity;

import org.jspecify.annotations.NullMarked;
