package dev.kekkai.uds;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The threads of one server: one that accepts, two that speak HTTP/2, and a few that run handlers from a bounded queue. gRPC queues
 * at most one task per call, so a queue of connections × calls per connection holds all of them.
 */
final class ServerThreads implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ServerThreads.class);
    private static final int WORKERS = 2;
    private static final long END_SECONDS = 5;

    private final EventLoopGroup boss;
    private final EventLoopGroup workers;
    private final ThreadPoolExecutor handlers;

    ServerThreads(String name, ServerLimits limits) {
        boss = new NioEventLoopGroup(1, new DefaultThreadFactory(name + "-accept", true));
        workers = new NioEventLoopGroup(WORKERS, new DefaultThreadFactory(name + "-io", true));
        handlers = new ThreadPoolExecutor(
                limits.threads(),
                limits.threads(),
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(limits.connections() * limits.callsPerConnection()),
                new DefaultThreadFactory(name + "-call", true));
        handlers.allowCoreThreadTimeOut(true);
    }

    EventLoopGroup boss() {
        return boss;
    }

    EventLoopGroup workers() {
        return workers;
    }

    Executor handlers() {
        return handlers;
    }

    /** Ends all threads. When the accepting one has ended, Netty has unlinked the path that it bound, and no later moment will see it do so. */
    @Override
    public void close() {
        Future<?> accepting = boss.shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS);
        Future<?> speaking = workers.shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS);
        if (!accepting.awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS)
                || !speaking.awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS)) {
            LOG.warnf("The event loops of a unix socket did not end within %d s", END_SECONDS);
        }
        handlers.shutdown(); // last: until the event loops have ended they hand over cancellations
    }
}
