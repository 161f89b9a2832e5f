package dev.kekkai.store.sql;

import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings a database to the schema of this binary with Flyway. The scripts are listed here rather than searched for, so that neither the
 * command line nor the native image needs a class path to scan.
 */
final class Migrations {
    private static final Logger LOG = Logger.getLogger(Migrations.class);
    private static final List<String> SCRIPTS = List.of(
            "V1__tenants_keyrings_versions.sql",
            "V2__scheduled_activation_and_destruction.sql",
            "V3__authority_chain.sql",
            "V4__audit_anchors.sql",
            "V5__fleet.sql",
            "V6__signed_observations.sql");
    private static final String NEWEST =
            SCRIPTS.getLast().substring(1, SCRIPTS.getLast().indexOf("__"));

    private Migrations() {}

    /**
     * Applies what is missing, each script in a transaction. A database that is newer than this binary, or was changed by hand, is refused
     * unchanged, and so is an older one where it must not be changed.
     *
     * @param name of the database, for messages
     */
    static void apply(DataSource database, String name, SchemaChange allowed) throws StoreException {
        try {
            Flyway flyway = Flyway.configure(Migrations.class.getClassLoader())
                    .dataSource(database)
                    .loggers("slf4j")
                    .ignoreMigrationPatterns(new String[0])
                    .resourceProvider(new Listed())
                    .javaMigrationClassProvider(List::of)
                    .load();
            MigrationInfoService info = flyway.info();
            refuseNewer(info, name);
            if (info.current() == null || allowed == SchemaChange.FORWARD) {
                migrate(flyway, info, name);
            } else {
                refuseOlder(info, name);
                flyway.validate();
            }
        } catch (FlywayException e) {
            throw unfit(name, e);
        }
    }

    private static StoreException unfit(String name, FlywayException e) {
        // Flyway wraps what the database said, which is shorter than what Flyway makes of it.
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof SQLException sql
                ? new StoreException(
                        "the schema of " + name + " cannot be read or changed: " + Transactions.reason(sql), e)
                : new UntrustedStoreException(
                        "the schema of " + name + " does not fit this version of Kekkai: "
                                + String.valueOf(e.getMessage()).strip().replaceAll("\\s*[\\r\\n]+\\s*", "; ")
                                + ". Nothing was changed; run the version that wrote it, or restore a backup made by this one",
                        e);
    }

    private static void refuseNewer(MigrationInfoService info, String name) throws UntrustedStoreException {
        for (MigrationInfo migration : info.applied()) {
            if (migration.getState() == MigrationState.FUTURE_SUCCESS
                    || migration.getState() == MigrationState.FUTURE_FAILED) {
                throw new UntrustedStoreException(
                        "the schema of " + name + " has version " + migration.getVersion()
                                + ", and this version of Kekkai knows none above " + NEWEST
                                + ": a newer one wrote it. Nothing was changed; run that version, or restore a backup made by this one");
            }
        }
    }

    private static void refuseOlder(MigrationInfoService info, String name) throws UntrustedStoreException {
        if (info.pending().length > 0) {
            throw new UntrustedStoreException(
                    "the schema of " + name + " has version "
                            + info.current().getVersion() + ", and this version of Kekkai needs version "
                            + NEWEST
                            + ". This command changes nothing; 'kekkai serve' brings it forward at its start, so take a backup before that");
        }
    }

    private static void migrate(Flyway flyway, MigrationInfoService info, String name) {
        if (info.current() != null && info.pending().length > 0) {
            LOG.infof(
                    "the schema of %s has version %s: %d migration(s) bring it to version %s",
                    name, info.current().getVersion(), info.pending().length, NEWEST);
        }
        flyway.migrate();
    }

    private static final class Listed implements ResourceProvider {
        @Override
        public @Nullable LoadableResource getResource(String name) {
            return SCRIPTS.contains(name) ? new Script(name) : null;
        }

        @Override
        public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
            List<LoadableResource> found = new ArrayList<>();
            for (String script : SCRIPTS) {
                if (script.startsWith(prefix) && List.of(suffixes).stream().anyMatch(script::endsWith)) {
                    found.add(new Script(script));
                }
            }
            return found;
        }
    }

    private static final class Script extends LoadableResource {
        private final String name;

        Script(String name) {
            this.name = name;
        }

        @Override
        public Reader read() {
            var in = Migrations.class.getClassLoader().getResourceAsStream("db/migration/" + name);
            if (in == null) {
                throw new IllegalStateException("the migration " + name + " is missing from this build");
            }
            return new InputStreamReader(in, StandardCharsets.UTF_8);
        }

        @Override
        public String getAbsolutePath() {
            return "db/migration/" + name;
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return getAbsolutePath();
        }

        @Override
        public String getFilename() {
            return name;
        }

        @Override
        public String getRelativePath() {
            return name;
        }
    }
}
