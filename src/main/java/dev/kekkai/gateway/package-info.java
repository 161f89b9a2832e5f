/**
 * The gateway's side of the wire: two ports of TLS 1.3, one on which a node shows what it is, one on which it asks for what it may. What is judged, and in
 * which order, is docs/attestation.md; ports, certificates, limits and reason codes are docs/gateway.md.
 *
 * <p>No event loop blocks. What waits for the HSM, the database or the audit trail runs on threads of its own, few and with a bounded queue.
 */
@NullMarked
package dev.kekkai.gateway;

import org.jspecify.annotations.NullMarked;
