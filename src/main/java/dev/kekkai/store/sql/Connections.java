package dev.kekkai.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A few connections to one database, opened when they are needed and opened again after they were lost. After one could not be opened the next
 * attempts fail at once for a moment, so that a database which is away costs its callers no time.
 */
final class Connections implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int VALID_SECONDS = 5;

    private final Connector connector;
    private final Semaphore free;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private @Nullable SQLException lastFailure;
    private long failedAt;
    private boolean closed;

    /** Opens a connection, with automatic commits off. */
    @FunctionalInterface
    interface Connector {
        Connection connect() throws SQLException;
    }

    Connections(int most, Connector connector) {
        this.connector = connector;
        this.free = new Semaphore(most);
    }

    /** A connection that works as far as can be known; to be given back or dropped. */
    Connection take() throws SQLException {
        boolean acquired = false;
        boolean taken = false;
        try {
            acquired = free.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (!acquired) {
                throw new SQLTransientConnectionException(
                        "all connections have been busy for " + PATIENCE.toSeconds() + " s");
            }
            Connection connection = usable();
            taken = true;
            return connection;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("interrupted while waiting for a connection", e);
        } finally {
            if (acquired && !taken) {
                free.release();
            }
        }
    }

    private Connection usable() throws SQLException {
        for (Connection next = pollIdle(); next != null; next = pollIdle()) {
            if (works(next)) {
                return next;
            }
            closeQuietly(next);
        }
        refuseSoonAfterFailure();
        try {
            return connector.connect();
        } catch (SQLException e) {
            remember(e);
            throw e;
        }
    }

    private static boolean works(Connection connection) {
        try {
            boolean works = connection.isValid(VALID_SECONDS);
            if (works) {
                connection.rollback();
            }
            return works;
        } catch (SQLException e) {
            return false;
        }
    }

    private synchronized @Nullable Connection pollIdle() throws SQLException {
        if (closed) {
            throw new SQLNonTransientConnectionException("it is closed");
        }
        return idle.poll();
    }

    private synchronized void refuseSoonAfterFailure() throws SQLException {
        if (lastFailure != null && System.nanoTime() - failedAt < PAUSE.toNanos()) {
            throw new SQLTransientConnectionException(lastFailure.getMessage(), lastFailure);
        }
    }

    private synchronized void remember(SQLException failure) {
        lastFailure = failure;
        failedAt = System.nanoTime();
    }

    /** Gives a connection back that has no transaction open. */
    void give(Connection connection) {
        if (!keep(connection)) {
            closeQuietly(connection);
        }
        free.release();
    }

    private synchronized boolean keep(Connection connection) {
        if (!closed) {
            idle.push(connection);
        }
        return !closed;
    }

    /** Gives a connection up that may be in any state. */
    void drop(Connection connection) {
        closeQuietly(connection);
        free.release();
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException ignored) {
            // It is gone already, which is what was wanted.
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(Connections::closeQuietly);
        idle.clear();
    }
}
