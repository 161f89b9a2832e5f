package dev.kekkai.store.sql;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a PostgreSQL database is.
 *
 * @param url {@code jdbc:postgresql://host:port/database}, several hosts with commas between them; no user, password or options in it
 * @param passwordFile read at each new connection, so that a password can be changed without a restart
 * @param tls how much of the server's certificate is checked
 * @param caFile PEM of the authorities that it may come from; needed unless TLS is off
 */
public record PostgresqlServer(String url, String user, Optional<Path> passwordFile, Tls tls, Optional<Path> caFile) {
    /** How the connection is protected. */
    public enum Tls {
        /** TLS, and the certificate is valid and for this host. */
        VERIFY_FULL("verify-full"),
        /** TLS, and the certificate is valid, for whatever host. */
        VERIFY_CA("verify-ca"),
        /** No TLS. */
        OFF("disable");

        private final String sslmode;

        Tls(String sslmode) {
            this.sslmode = sslmode;
        }

        /** As the driver and libpq call it. */
        String sslmode() {
            return sslmode;
        }
    }
}
