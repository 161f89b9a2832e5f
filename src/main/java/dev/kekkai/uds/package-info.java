/**
 * gRPC over unix sockets, for the edges that answer on this host: the KMS endpoint and the admin socket. Knows no service of its own.
 *
 * <p>A socket appears at its path only when it already accepts and its owner, group and mode are final; it disappears only
 * through the one who made it. Who may connect is decided by the mode alone: the peer's user is not asked for, since only
 * grpc-java's internals know which accepted channel a call came over.
 */
@NullMarked
package dev.kekkai.uds;

import org.jspecify.annotations.NullMarked;
