package dev.kekkai.store.sql;

import dev.kekkai.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

/** Runs work as one transaction on the one connection of a database, one at a time. */
final class Transactions implements AutoCloseable {
    private final Connection connection;
    private final String name;
    private final ReentrantLock lock = new ReentrantLock();

    /** Takes a connection over; it is closed with this object. */
    Transactions(Connection connection, String name) {
        this.connection = connection;
        this.name = name;
    }

    /** Something that needs a transaction. */
    @FunctionalInterface
    interface Work<T> {
        T in(Connection connection) throws SQLException, StoreException;
    }

    <T> T run(String what, Work<T> work) throws StoreException {
        lock.lock();
        boolean done = false;
        try {
            T result = work.in(connection);
            connection.commit();
            done = true;
            return result;
        } catch (SQLException e) {
            throw new StoreException("cannot " + what + " in " + name + ": " + e.getMessage(), e);
        } finally {
            try {
                if (!done) {
                    rollback();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private void rollback() throws StoreException {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw new StoreException("cannot roll back in " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws StoreException {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException("cannot close " + name + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }
}
