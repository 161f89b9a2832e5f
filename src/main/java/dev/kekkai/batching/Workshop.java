package dev.kekkai.batching;

import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.secret.Secret;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What operations work with.
 *
 * @param threads seal and open leaves
 * @param random for batch keys and leaf IVs
 * @param lock of {@link Dispatch}
 * @param operations names what the custodian is asked
 */
record Workshop(
        KeyCustodian custodian, LeafThreads threads, SecureRandom random, ReentrantLock lock, OperationIds operations) {
    /** Asks the custodian; a failure to ask is a failure of the stage. */
    CompletableFuture<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext) {
        try {
            return custodian.seal(kek, associatedData, plaintext).toCompletableFuture();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Asks the custodian; a failure to ask is a failure of the stage. */
    CompletableFuture<Secret> open(Kek kek, byte[] associatedData, SealedBox box) {
        try {
            return custodian.open(kek, associatedData, box).toCompletableFuture();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
