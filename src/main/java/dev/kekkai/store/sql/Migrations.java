package dev.kekkai.store.sql;

import dev.kekkai.store.StoreException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/**
 * Brings a database to the schema of this binary with Flyway. The scripts are listed here rather than searched for, so that neither the
 * command line nor the native image needs a class path to scan.
 */
final class Migrations {
    private static final List<String> SCRIPTS =
            List.of("V1__tenants_keyrings_versions.sql", "V2__scheduled_activation_and_destruction.sql");

    private Migrations() {}

    /** Applies what is missing; a database that is newer than this binary, or was changed by hand, is refused unchanged. */
    static void apply(DataSource database, Path file) throws StoreException {
        try {
            Flyway.configure(Migrations.class.getClassLoader())
                    .dataSource(database)
                    .loggers("slf4j")
                    .ignoreMigrationPatterns(new String[0])
                    .resourceProvider(new Listed())
                    .javaMigrationClassProvider(List::of)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new StoreException(
                    "the schema of " + file + " does not fit this version of Kekkai: " + e.getMessage()
                            + ". Nothing was changed; run the version that wrote it, or restore a backup made by this one",
                    e);
        }
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
