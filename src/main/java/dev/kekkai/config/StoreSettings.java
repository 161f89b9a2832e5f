package dev.kekkai.config;

import dev.kekkai.config.KekkaiConfig.Postgresql;
import java.util.Optional;

/** The section {@code store}: which keys of it must be there depends on others. */
final class StoreSettings {
    private StoreSettings() {}

    static void check(Origin whole, Settings settings, Problems problems) {
        if (!usesPostgresql(settings)) {
            return;
        }
        require(
                ConfigKeys.POSTGRESQL_URL,
                "is missing, and store.type is postgresql",
                "give " + ConfigKeys.POSTGRESQL_URL.type().expected(),
                whole,
                settings,
                problems);
        if (settings.find(ConfigKeys.POSTGRESQL_TLS)
                .filter(tls -> tls != Postgresql.Tls.OFF)
                .isPresent()) {
            require(
                    ConfigKeys.POSTGRESQL_TLS_CA_FILE,
                    "is missing, and without it no certificate of the server can be checked",
                    "give the absolute path of a PEM file, or, where nobody can listen on the way to the server, set store.postgresql.tls: off",
                    whole,
                    settings,
                    problems);
        }
    }

    private static void require(
            Key<?> key, String problem, String advice, Origin whole, Settings settings, Problems problems) {
        if (settings.setting(key).isEmpty() && !problems.mention(key.path())) {
            problems.add(whole, key.path(), problem, advice);
        }
    }

    private static boolean usesPostgresql(Settings settings) {
        return settings.find(ConfigKeys.STORE_TYPE)
                .filter(ConfigKeys.POSTGRESQL::equals)
                .isPresent();
    }

    static KekkaiConfig.Store of(Settings settings) {
        return new KekkaiConfig.Store(
                settings.get(ConfigKeys.STORE_PATH),
                usesPostgresql(settings) ? Optional.of(postgresql(settings)) : Optional.empty());
    }

    private static Postgresql postgresql(Settings settings) {
        return new Postgresql(
                settings.get(ConfigKeys.POSTGRESQL_URL),
                settings.get(ConfigKeys.POSTGRESQL_USER),
                settings.find(ConfigKeys.POSTGRESQL_PASSWORD_FILE),
                settings.get(ConfigKeys.POSTGRESQL_TLS),
                settings.find(ConfigKeys.POSTGRESQL_TLS_CA_FILE));
    }
}
