package dev.kekkai.testing.process;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/** Looks into the database of an installation, as a thief of it would. */
public final class Keyrings {
    private Keyrings() {}

    /** The one value that a query gives. */
    public static String text(Installation installation, String query) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        try (Connection connection = config.createConnection("jdbc:sqlite:" + installation.database());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.getString(1);
        }
    }

    /** Changes the database of an installation that nobody uses at the moment. */
    public static void change(Installation installation, String update) throws SQLException {
        try (Connection connection = new SQLiteConfig().createConnection("jdbc:sqlite:" + installation.database());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(update);
        }
    }
}
