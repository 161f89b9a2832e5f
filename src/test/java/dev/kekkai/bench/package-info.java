/**
 * {@code bin/bench}: a load client for the KMS socket, in a process of its own, and the rows of {@code docs/performance.md}.
 *
 * <p>Each {@link dev.kekkai.bench.Scenario} names the servers it puts under load, all of them real processes: {@code kekkai serve} over SoftHSM
 * behind the fault-injecting module, which counts its operations and lends it a network HSM's latency; and a handler that does nothing, on the
 * same listener. They are measured in turns, round by round, so that whatever else the machine does falls on all alike. A client wraps, unwraps,
 * and checks what it gets.
 */
@NullMarked
package dev.kekkai.bench;

import org.jspecify.annotations.NullMarked;
