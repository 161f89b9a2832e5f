package dev.kekkai.custody;

import dev.kekkai.secret.Secret;
import java.util.concurrent.CompletionStage;

/**
 * Seals and opens under KEKs that never leave it.
 *
 * <p>No method blocks: work waits in a bounded queue for a session of its own thread. A stage that fails does so with a
 * {@link CustodyException}. Both operations are authenticated: {@link #open} answers with the plaintext for exactly the
 * associated data that it was sealed with, or not at all.
 */
public interface KeyCustodian {
    /**
     * Seals a plaintext under a KEK's own mechanism with a fresh IV.
     *
     * @param kek whose objects must exist
     * @param associatedData authenticated, not stored in the box
     * @param plaintext lent until the stage completes
     */
    CompletionStage<SealedBox> seal(Kek kek, byte[] associatedData, Secret plaintext);

    /**
     * Opens a box. The secret belongs to the caller.
     *
     * <p>Fails with {@link CustodyException.NotAuthentic} if the box was not sealed by this KEK with this associated data.
     */
    CompletionStage<Secret> open(Kek kek, byte[] associatedData, SealedBox box);
}
