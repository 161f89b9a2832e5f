/**
 * kube-apiserver v1.36 as a KMS client, as far as FACTS.md §1 saw it: cadence, checks, what it stores, what it does at a restart.
 *
 * <pre>{@code
 * try (var apiserver = ApiserverSimulator.connect(socket)) {   // KMS v2
 *     apiserver.start();            // Status, then one Encrypt of a fresh seed
 *     apiserver.write("a");         // no RPC
 *     apiserver.status();           // rotates the seed if the key_id changed
 *     apiserver.restart();          // Decrypts each distinct seed that "etcd" still holds
 * }
 * }</pre>
 *
 * A rule of the apiserver's that is broken throws {@link dev.kekkai.testing.apiserver.BrokenRule}, a refused call gRPC's own exception.
 */
@NullMarked
package dev.kekkai.testing.apiserver;

import org.jspecify.annotations.NullMarked;
