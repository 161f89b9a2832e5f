package dev.kekkai.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads the configuration: the file, then the environment over it, then defaults under both; strictly, and with every problem at once. */
public final class ConfigFile {
    private ConfigFile() {}

    /**
     * Reads and checks the whole configuration.
     *
     * @param file YAML of at most 64 KiB, see {@code hsm-config/kekkai.yaml}
     * @param environment of the process; {@code KEKKAI_<SECTION>_<KEY>} outranks the file, other {@code KEKKAI_} names are refused
     *     except {@code KEKKAI_CONFIG}, {@code KEKKAI_HOME} and {@code KEKKAI_JAVA_OPTS}
     * @throws ConfigException with all problems found
     */
    public static KekkaiConfig load(Path file, Map<String, String> environment) throws ConfigException {
        return read(file, environment).config();
    }

    /**
     * As {@link #load}, with the origin of each value, for {@code kekkai config show}.
     *
     * @throws ConfigException with all problems found
     */
    public static EffectiveConfig read(Path file, Map<String, String> environment) throws ConfigException {
        Problems problems = new Problems();
        Origin whole = new Origin.InFile(file.toString(), 0, 0);
        Optional<byte[]> document = FileBytes.read(
                file, "copy hsm-config/kekkai.yaml there and edit it, or name another file with --config", problems);
        problems.throwIfAny();
        Map<String, Setting> given = new LinkedHashMap<>(
                SchemaReader.read(file.toString(), document.orElseThrow(), ConfigKeys.SCHEMA, problems));
        if (given.isEmpty()) {
            problems.throwIfAny();
        }
        given.putAll(EnvironmentOverrides.read(environment, ConfigKeys.SCHEMA, problems));
        Settings settings = Settings.complete(whole, ConfigKeys.SCHEMA, given, problems);
        Optional<HsmProfile> profile =
                AgentSettings.isAgent(settings) ? Optional.empty() : addProfile(whole, settings, problems);
        StoreSettings.check(whole, settings, problems);
        refuseTooFewToSpare(settings, problems);
        GatewaySettings.check(whole, settings, problems);
        AgentSettings.check(whole, settings, problems);
        Tenants tenants = TenantSettings.read(settings, problems);
        OtlpSettings.check(settings, problems);
        AdminSettings.check(whole, settings, problems);
        problems.throwIfAny();
        return new EffectiveConfig(file, config(settings, profile, tenants), settings.all());
    }

    private static Optional<HsmProfile> addProfile(Origin whole, Settings settings, Problems problems) {
        Optional<ProfileFile.Loaded> loaded = settings.setting(ConfigKeys.CUSTODY_PROFILE)
                .flatMap(asked -> ProfileFile.read(asked.text(), asked.origin(), problems));
        loaded.ifPresent(profile -> {
            takeModuleOf(profile, whole, settings, problems);
            refuseUnacknowledged(profile.profile(), settings, problems);
        });
        return loaded.map(ProfileFile.Loaded::profile);
    }

    private static void takeModuleOf(ProfileFile.Loaded loaded, Origin whole, Settings settings, Problems problems) {
        Key<Path> key = ConfigKeys.PKCS11_MODULE;
        if (settings.setting(key).isPresent() || problems.mention(key.path())) {
            return;
        }
        String name = loaded.profile().name();
        loaded.module()
                .ifPresentOrElse(
                        module -> settings.put(new Setting(key, module, new Origin.FromProfile(name))),
                        () -> problems.add(
                                whole,
                                key.path(),
                                "is missing, and the profile " + name + " has no default for it",
                                "give the absolute path of the vendor's PKCS#11 library"));
    }

    /** One hang of the token would spend all that may be written off, and a restart would be asked for where nothing but patience is needed. */
    private static void refuseTooFewToSpare(Settings settings, Problems problems) {
        Optional<Setting> sessions = settings.setting(ConfigKeys.PKCS11_SESSIONS);
        Optional<Setting> stuck = settings.setting(ConfigKeys.PKCS11_MAX_STUCK);
        if (sessions.isEmpty() || stuck.isEmpty()) {
            return;
        }
        int all = settings.get(ConfigKeys.PKCS11_SESSIONS);
        int spare = settings.get(ConfigKeys.PKCS11_MAX_STUCK);
        if (spare < all) {
            problems.add(
                    stuck.get().origin() instanceof Origin.Preset
                            ? sessions.get().origin()
                            : stuck.get().origin(),
                    ConfigKeys.PKCS11_MAX_STUCK.path(),
                    "is " + spare + ", and custody.pkcs11.sessions is " + all
                            + ": when all sessions hang once, no thread could be replaced and /livez would fail",
                    "set it to twice the number of sessions, " + 2 * all);
        }
    }

    private static void refuseUnacknowledged(HsmProfile profile, Settings settings, Problems problems) {
        Optional<Setting> given = settings.setting(ConfigKeys.PKCS11_ALLOW_SOFT_TOKEN);
        if (profile.softToken() && given.isPresent() && !settings.get(ConfigKeys.PKCS11_ALLOW_SOFT_TOKEN)) {
            Origin asked =
                    settings.setting(ConfigKeys.CUSTODY_PROFILE).orElseThrow().origin();
            problems.add(
                    given.get().origin() instanceof Origin.Preset
                            ? asked
                            : given.get().origin(),
                    ConfigKeys.PKCS11_ALLOW_SOFT_TOKEN.path(),
                    "the profile " + profile.name()
                            + " is a software token: its keys lie in files on this host, and root, a copy of"
                            + " its disk or a backup of it can read them, so that it protects nothing that an HSM protects",
                    "use an HSM, or say that you know it with allow-soft-token: true (tests and trials)");
        }
    }

    private static KekkaiConfig config(Settings settings, Optional<HsmProfile> profile, Tenants tenants) {
        return new KekkaiConfig(
                settings.get(ConfigKeys.ROLE),
                new KekkaiConfig.Kms(
                        settings.get(ConfigKeys.KMS_SOCKET),
                        settings.get(ConfigKeys.KMS_SOCKET_MODE),
                        settings.get(ConfigKeys.KMS_SOCKET_GROUP)),
                profile.map(made -> custody(settings, made)),
                new KekkaiConfig.Keys(settings.get(ConfigKeys.KEYS_BACKUP_RETENTION)),
                new KekkaiConfig.Batching(
                        settings.get(ConfigKeys.BATCHING_MODE),
                        settings.get(ConfigKeys.BATCHING_MAX),
                        settings.get(ConfigKeys.BATCHING_LANES)),
                StoreSettings.of(settings),
                tenants,
                GatewaySettings.of(settings),
                AgentSettings.of(settings),
                AuditSettings.of(settings),
                new KekkaiConfig.Management(
                        settings.get(ConfigKeys.MANAGEMENT_ADDRESS), settings.get(ConfigKeys.MANAGEMENT_PORT)),
                AdminSettings.of(settings),
                ApprovalSettings.of(settings));
    }

    private static KekkaiConfig.Custody custody(Settings settings, HsmProfile profile) {
        return new KekkaiConfig.Custody(
                profile,
                new KekkaiConfig.Pkcs11(
                        settings.get(ConfigKeys.PKCS11_MODULE),
                        settings.get(ConfigKeys.PKCS11_TOKEN),
                        settings.get(ConfigKeys.PKCS11_PIN_FILE),
                        settings.get(ConfigKeys.PKCS11_SESSIONS),
                        settings.get(ConfigKeys.PKCS11_STUCK_AFTER),
                        settings.get(ConfigKeys.PKCS11_MAX_STUCK),
                        settings.get(ConfigKeys.PKCS11_ALLOW_SOFT_TOKEN)));
    }
}
