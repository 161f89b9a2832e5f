package dev.kekkai.audit.syslog;

import dev.kekkai.audit.AuditCopies;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Sends copies of audit records to a syslog server, as messages whose text is the line of JSON. The file is the trail; a copy that cannot be
 * sent stops nothing and is counted: what waits is bounded, and what comes while it is full, or while the server is away, is dropped.
 */
public final class SyslogCopies implements AuditCopies {
    /** Of writes, each of one record or a group of at most 129. */
    static final int MOST_WAITING = 512;

    private static final Logger LOG = Logger.getLogger(SyslogCopies.class);
    private static final long AFTER_FAILURE_MILLIS = 1000;
    private static final long END_MILLIS = 2000;

    private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Wire wire;
    private final Message message;
    private final Thread thread;
    private volatile String problem = "";
    private volatile boolean closed;

    private SyslogCopies(URI server) {
        boolean local = server.getScheme().equals("unix");
        this.wire = local ? new LocalWire(server.getPath()) : new NetworkWire(server);
        this.message = new Message(local);
        this.thread = Thread.ofPlatform().daemon().name("kekkai-syslog").unstarted(this::work);
    }

    /**
     * Begins to send.
     *
     * @param server {@code udp://address:port}, {@code tcp://address:port}, or {@code unix:/path} of a socket on this host
     */
    public static SyslogCopies to(URI server) {
        SyslogCopies copies = new SyslogCopies(server);
        copies.thread.start();
        return copies;
    }

    @Override
    public void accept(byte[] lines) {
        if (closed || !queue.offer(lines)) {
            drop(lines, 0, "the syslog server takes records slower than they come");
        }
    }

    private void drop(byte[] lines, int from, String why) {
        boolean first = problem.isEmpty();
        problem = why;
        dropped.addAndGet(AuditCopies.records(lines, from));
        if (first) {
            LOG.warnf("syslog does not get all audit records: %s. The trail itself has them", why);
        }
    }

    private void work() {
        try {
            while (!closed || !queue.isEmpty()) {
                byte[] lines = queue.take();
                if (!sent(lines)) {
                    Thread.sleep(AFTER_FAILURE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            closed = true; // only close() interrupts
        } finally {
            wire.close();
        }
    }

    private boolean sent(byte[] lines) {
        int at = 0;
        try {
            while (at < lines.length) {
                int end = at;
                while (end < lines.length && lines[end] != '\n') {
                    end++;
                }
                if (Message.isRecord(lines, at, end)) {
                    wire.send(message.of(Arrays.copyOfRange(lines, at, end)));
                }
                at = end + 1;
            }
            problem = "";
            return true;
        } catch (IOException e) {
            wire.close();
            drop(lines, at, String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** {@inheritDoc} Over UDP, what was sent may still be lost on its way. */
    @Override
    public long dropped() {
        return dropped.get();
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public void close() {
        closed = true;
        try {
            if (queue.isEmpty() || !problem.isEmpty()) {
                thread.interrupt();
            }
            thread.join(END_MILLIS);
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
