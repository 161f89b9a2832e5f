/**
 * The agent's way to its gateways: it has the TPM prove the node, keeps a connection to each gateway, and answers {@code DekService} from afar.
 * Nothing of it is ever written to a disk: the TLS key, the certificate and what the gateways tell live in this process and end with it.
 *
 * <p>{@link dev.kekkai.agent.Uplink} holds it together. {@link dev.kekkai.agent.StandingThread} gets and renews the node certificate, one
 * {@link dev.kekkai.agent.GatewayLink} for each gateway keeps a {@link dev.kekkai.agent.Session} there, and
 * {@link dev.kekkai.agent.RemoteDekService} hands calls to them.
 */
@NullMarked
package dev.kekkai.agent;

import org.jspecify.annotations.NullMarked;
