package dev.kekkai.config;

import dev.kekkai.config.KekkaiConfig.Batching;
import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.config.KekkaiConfig.Postgresql;
import dev.kekkai.config.KekkaiConfig.Role;
import dev.kekkai.config.KekkaiConfig.TpmAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Every key of the configuration file. Here, and for the section {@code admin} in {@link AdminSettings}, is the only place where a key, its default or its help is written; hsm-config/kekkai.yaml is tested against it. */
public final class ConfigKeys {
    static final String POSTGRESQL = "postgresql";

    static final Key<Role> ROLE = Key.preset(
            "role",
            Types.choice(Map.of("standalone", Role.STANDALONE, "gateway", Role.GATEWAY, "agent", Role.AGENT)),
            "standalone",
            "What this process is.");

    static final Key<Path> KMS_SOCKET = Key.preset(
            "kms.socket",
            Types.socketPath(),
            "/run/kekkai/kms.sock",
            "Absolute path of the unix socket on which the KMS API answers kube-apiserver.");
    static final Key<Set<PosixFilePermission>> KMS_SOCKET_MODE =
            Key.preset("kms.socket-mode", Types.socketMode(), "0600", "Octal file mode of the socket, in quotes.");
    static final Key<String> KMS_SOCKET_GROUP = Key.preset(
            "kms.socket-group",
            Types.groupName(),
            "",
            "Name of the group that owns the socket; empty leaves it as it is created.");

    static final Key<String> CUSTODY_TYPE = Key.preset(
            "custody.type",
            Types.choice(Map.of("pkcs11", "pkcs11")).refusingForNow(Set.of("tpm")),
            "pkcs11",
            "What keeps the key-encryption keys.");
    static final Key<String> CUSTODY_PROFILE = new Key<>(
            "custody.profile",
            Types.profile(),
            new Key.Absence.Refused(Set.of(Role.AGENT)),
            "Which make of HSM it is: the name of a bundled profile, or the absolute path of one of your own.");
    static final Key<Path> PKCS11_MODULE = new Key<>(
            "custody.pkcs11.module",
            Types.absolutePath(),
            new Key.Absence.ProfileKnows(),
            "Absolute path of the vendor's PKCS#11 library.");
    static final Key<String> PKCS11_TOKEN =
            Key.preset("custody.pkcs11.token", Types.tokenLabel(), "kekkai", "Label of the token that holds the keys.");
    static final Key<Path> PKCS11_PIN_FILE = Key.preset(
            "custody.pkcs11.pin-file",
            Types.absolutePath(),
            "/run/kekkai/pin",
            "Absolute path of the file with the token's user PIN.");
    static final Key<Integer> PKCS11_SESSIONS = Key.preset(
            "custody.pkcs11.sessions",
            Types.integer(1, 64),
            "8",
            "Number of PKCS#11 sessions, each with a thread of its own.");
    static final Key<Duration> PKCS11_STUCK_AFTER = Key.preset(
            "custody.pkcs11.stuck-after",
            Types.seconds(1, 600),
            "10s",
            "How long a thread may be inside the PKCS#11 library for one request before it is written off and replaced.");
    static final Key<Integer> PKCS11_MAX_STUCK = Key.preset(
            "custody.pkcs11.max-stuck",
            Types.integer(1, 256),
            "16",
            "Number of threads that may be written off at a time; when it is reached, /livez fails.");
    static final Key<Boolean> PKCS11_ALLOW_SOFT_TOKEN = Key.preset(
            "custody.pkcs11.allow-soft-token",
            Types.bool(),
            "false",
            "Says that you know that a software token keeps no key from root on this host.");

    static final Key<Duration> KEYS_BACKUP_RETENTION = Key.preset(
            "keys.backup-retention",
            Types.days(7, 3650),
            "90d",
            "How long a key version must have been DISABLED before it can be destroyed.");

    static final Key<Batching.Mode> BATCHING_MODE = Key.preset(
            "batching.mode",
            Types.choice(Map.of("auto", Batching.Mode.AUTO, "off", Batching.Mode.OFF)),
            "auto",
            "Whether DEKs that wait at the same time for the same key version share one operation of the HSM.");
    static final Key<Integer> BATCHING_MAX =
            Key.preset("batching.max", Types.integer(1, 1024), "1024", "How many DEKs share one operation at most.");
    static final Key<Integer> BATCHING_LANES = Key.preset(
            "batching.lanes",
            Types.integer(1, 64),
            "2",
            "How many operations that wrap are under way at once for one key version; what comes meanwhile waits and forms the next batch.");

    static final Key<String> STORE_TYPE = Key.preset(
            "store.type",
            Types.choice(Map.of("sqlite", "sqlite", POSTGRESQL, POSTGRESQL)),
            "sqlite",
            "Which database remembers keyrings and versions.");
    static final Key<Path> STORE_PATH = Key.preset(
            "store.path",
            Types.absolutePath(),
            "/var/lib/kekkai/kekkai.db",
            "Absolute path of the SQLite database; its folder holds what this process itself keeps, whichever database it is.");
    static final Key<Duration> STORE_MAX_STALENESS = Key.preset(
            "store.max-staleness",
            Types.seconds(60, 86_400),
            "3600s",
            "How long nodes are let in by what was last read of the database while it is away; after that nobody is.");
    static final Key<String> POSTGRESQL_URL = new Key<>(
            "store.postgresql.url",
            Types.postgresqlUrl(),
            new Key.Absence.Nothing(),
            "Which PostgreSQL database: hosts, port and name.");
    static final Key<String> POSTGRESQL_USER =
            Key.preset("store.postgresql.user", Types.databaseUser(), "kekkai", "The role that Kekkai logs in as.");
    static final Key<Path> POSTGRESQL_PASSWORD_FILE = new Key<>(
            "store.postgresql.password-file",
            Types.absolutePath(),
            new Key.Absence.Nothing(),
            "Absolute path of the file with the role's password.");
    static final Key<Postgresql.Tls> POSTGRESQL_TLS = Key.preset(
            "store.postgresql.tls",
            Types.choice(Map.of(
                    "verify-full", Postgresql.Tls.VERIFY_FULL,
                    "verify-ca", Postgresql.Tls.VERIFY_CA,
                    "off", Postgresql.Tls.OFF)),
            "verify-full",
            "How much of the server's certificate is checked.");
    static final Key<Path> POSTGRESQL_TLS_CA_FILE = new Key<>(
            "store.postgresql.tls-ca-file",
            Types.absolutePath(),
            new Key.Absence.Nothing(),
            "Absolute path of a PEM file with the authorities that the server's certificate may come from.");

    static final Key<Path> TENANTS_FOLDER = Key.preset(
            "tenants.folder",
            Types.absolutePath(),
            "/etc/kekkai/tenants",
            "Absolute path of a folder with a file for each tenant, <name>.yaml.");

    static final Key<List<Gateway>> AGENT_GATEWAYS = new Key<>(
            "agent.gateways",
            AgentTypes.gateways(),
            new Key.Absence.Nothing(),
            "The gateways that this node may use, each as host:service-port/attest-port.");
    static final Key<Path> AGENT_ROOTS_FILE = Key.preset(
            "agent.roots-file",
            Types.absolutePath(),
            "/etc/kekkai/roots.pem",
            "Absolute path of a PEM file with the roots that gateways' certificates may come from.");
    static final Key<TpmAddress> AGENT_TPM =
            Key.preset("agent.tpm", AgentTypes.tpm(), "/dev/tpmrm0", "Where this node's TPM 2.0 is reached.");
    static final Key<String> AGENT_EK =
            Key.preset("agent.ek", AgentTypes.ek(), "auto", "Which endorsement key of the TPM this node is known by.");
    static final Key<Path> AGENT_EVENT_LOG = Key.preset(
            "agent.event-log",
            Types.absolutePath(),
            "/sys/kernel/security/tpm0/binary_bios_measurements",
            "Absolute path of the firmware's event log, as the kernel hands it on.");
    static final Key<UUID> AGENT_TENANT = new Key<>(
            "agent.tenant",
            AgentTypes.uuid(),
            new Key.Absence.Nothing(),
            "UUID of the tenant that this node asks to be enrolled in.");
    static final Key<String> AGENT_HOST_NAME = Key.preset(
            "agent.host-name",
            AgentTypes.hostName(),
            "",
            "What this host is called, for people who approve it; empty takes its own name.");

    static final Key<String> MANAGEMENT_ADDRESS = Key.preset(
            "management.address",
            Types.address(),
            "127.0.0.1",
            "Address on which probes and metrics are answered: a literal IP or localhost.");
    static final Key<Integer> MANAGEMENT_PORT = Key.preset(
            "management.port",
            Types.integer(0, 65535),
            "9000",
            "TCP port on which probes and metrics are answered; 0 takes any free one.");

    /** All of them, in the order of the annotated example. */
    public static final List<Key<?>> ALL = concat(
            List.of(
                    ROLE,
                    KMS_SOCKET,
                    KMS_SOCKET_MODE,
                    KMS_SOCKET_GROUP,
                    CUSTODY_TYPE,
                    CUSTODY_PROFILE,
                    PKCS11_MODULE,
                    PKCS11_TOKEN,
                    PKCS11_PIN_FILE,
                    PKCS11_SESSIONS,
                    PKCS11_STUCK_AFTER,
                    PKCS11_MAX_STUCK,
                    PKCS11_ALLOW_SOFT_TOKEN,
                    KEYS_BACKUP_RETENTION,
                    BATCHING_MODE,
                    BATCHING_MAX,
                    BATCHING_LANES,
                    STORE_TYPE,
                    STORE_PATH,
                    STORE_MAX_STALENESS,
                    POSTGRESQL_URL,
                    POSTGRESQL_USER,
                    POSTGRESQL_PASSWORD_FILE,
                    POSTGRESQL_TLS,
                    POSTGRESQL_TLS_CA_FILE,
                    TENANTS_FOLDER,
                    GatewaySettings.ADDRESS,
                    GatewaySettings.SERVICE_PORT,
                    GatewaySettings.ATTEST_PORT,
                    GatewaySettings.NAMES,
                    GatewaySettings.SERVER_ROOT,
                    GatewaySettings.CONNECTIONS,
                    GatewaySettings.ATTESTATIONS,
                    GatewaySettings.ATTESTATIONS_PER_SOURCE,
                    GatewaySettings.IN_FLIGHT,
                    GatewaySettings.POLICY_GRACE,
                    AGENT_GATEWAYS,
                    AGENT_ROOTS_FILE,
                    AGENT_TPM,
                    AGENT_EK,
                    AGENT_EVENT_LOG,
                    AGENT_TENANT,
                    AGENT_HOST_NAME,
                    AuditSettings.PATH,
                    AuditSettings.FSYNC,
                    AuditSettings.ROTATE_SIZE,
                    AuditSettings.ROTATE_AFTER,
                    AuditSettings.KEEP_FILES,
                    AuditSettings.ANCHOR_EVERY,
                    AuditSettings.SYSLOG,
                    OtlpSettings.URL,
                    OtlpSettings.CA_FILE,
                    OtlpSettings.HEADERS_FILE,
                    OtlpSettings.ALLOW_PLAIN,
                    MANAGEMENT_ADDRESS,
                    MANAGEMENT_PORT),
            concat(AdminSettings.ALL, ApprovalSettings.ALL));

    static final Schema SCHEMA = new Schema("kekkai", ALL);

    private ConfigKeys() {}

    private static List<Key<?>> concat(List<Key<?>> keys, List<Key<?>> more) {
        return Stream.<List<Key<?>>>of(keys, more).<Key<?>>flatMap(List::stream).toList();
    }
}
