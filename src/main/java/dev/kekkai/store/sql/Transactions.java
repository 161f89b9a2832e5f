package dev.kekkai.store.sql;

import dev.kekkai.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;

/** Runs work as one transaction: done and durable when it returns, or not at all. */
final class Transactions implements AutoCloseable {
    private final Connections connections;
    private final String name;
    private final Snapshots snapshots;

    /** Makes the transaction that comes next on a connection see one moment only, and the ones after that as usual. */
    interface Snapshots {
        /** For a database whose transactions always do. */
        Snapshots ALWAYS = (connection, wanted) -> {};

        void set(Connection connection, boolean wanted) throws SQLException;
    }

    /**
     * Takes connections over; they are closed with this object.
     *
     * @param name of the database, for messages
     */
    Transactions(Connections connections, String name, Snapshots snapshots) {
        this.connections = connections;
        this.name = name;
        this.snapshots = snapshots;
    }

    /** Something that needs a transaction. */
    @FunctionalInterface
    interface Work<T> {
        T in(Connection connection) throws SQLException, StoreException;
    }

    /** Reads several things as they are at one moment. */
    <T> T read(String what, Work<T> work) throws StoreException {
        return run(what, true, work);
    }

    <T> T run(String what, Work<T> work) throws StoreException {
        return run(what, false, work);
    }

    private <T> T run(String what, boolean snapshot, Work<T> work) throws StoreException {
        Connection connection = null;
        boolean clean = false;
        try {
            connection = connections.take();
            snapshots.set(connection, snapshot);
            T result = work.in(connection);
            connection.commit();
            clean = true;
            return result;
        } catch (SQLException e) {
            throw new StoreException("cannot " + what + " in " + name + ": " + reason(e), e);
        } finally {
            if (connection != null) {
                giveBack(connection, clean);
            }
        }
    }

    private void giveBack(Connection connection, boolean clean) {
        if (clean || rolledBack(connection)) {
            connections.give(connection);
        } else {
            connections.drop(connection);
        }
    }

    private static boolean rolledBack(Connection connection) {
        try {
            connection.rollback();
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /** In one line: drivers give details on lines of their own. */
    static String reason(SQLException e) {
        String message = String.valueOf(e.getMessage()).replaceAll("\\s*[\\r\\n]+\\s*", "; ");
        Throwable cause = e.getCause();
        return cause == null || cause.getMessage() == null || message.contains(cause.getMessage())
                ? message
                : message + ", " + cause.getMessage();
    }

    @Override
    public void close() {
        connections.close();
    }
}
