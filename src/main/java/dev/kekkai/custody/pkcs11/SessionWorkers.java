package dev.kekkai.custody.pkcs11;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Where work for sessions is handed in. Futures fail with a {@link dev.kekkai.custody.CustodyException}. */
interface SessionWorkers {
    default <T> CompletableFuture<T> submit(SessionTask<T> task) {
        return submit(task, unclaimed -> {});
    }

    /**
     * Has work done in a read-only session, and once more in another one if the first turns out to be lost.
     *
     * @param unclaimed gets a result whose future was given up while the work was being done
     */
    <T> CompletableFuture<T> submit(SessionTask<T> task, Consumer<T> unclaimed);

    /** Has work done in a read-write session of its own, and once more only if nothing can have been made or destroyed before. */
    <T> CompletableFuture<T> submitWriting(SessionTask<T> task);
}
