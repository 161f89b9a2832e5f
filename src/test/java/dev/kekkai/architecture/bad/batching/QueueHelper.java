package dev.kekkai.architecture.bad.batching;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/** Says nothing by its name, prints, and has no bounds but one. */
public final class QueueHelper {
    final BlockingQueue<String> bounded = new LinkedBlockingQueue<>(8);
    final BlockingQueue<String> unbounded = new LinkedBlockingQueue<>();

    ExecutorService pool() {
        System.err.println("a pool");
        return Executors.newCachedThreadPool();
    }
}
