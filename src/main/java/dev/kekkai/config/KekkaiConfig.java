package dev.kekkai.config;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The whole effective configuration, checked.
 *
 * @param hsm what keeps the KEKs; not there in the role agent, which has none
 * @param gateway there in the role gateway alone
 * @param uplink there in the role agent alone
 * @param admin the listener of the admin API; empty if it is served nowhere
 */
public record KekkaiConfig(
        Role role,
        Kms kms,
        Optional<Custody> hsm,
        Keys keys,
        Batching batching,
        Store store,
        Tenants tenants,
        Optional<GatewayConfig> gateway,
        Optional<Agent> uplink,
        AuditConfig audit,
        Management management,
        Optional<AdminApi> admin,
        ApprovalConfig approvals) {
    /** What this process is. */
    public enum Role {
        /** One control-plane node with an HSM of its own. */
        STANDALONE("standalone"),
        /** In front of an HSM, for nodes that attest. */
        GATEWAY("gateway"),
        /** A control-plane node that reaches its keys through gateways. */
        AGENT("agent");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        /** As it is configured. */
        public String word() {
            return word;
        }
    }

    /** What keeps the KEKs. To be asked only where the role has some. */
    public Custody custody() {
        return hsm.orElseThrow(() -> new IllegalStateException("the role " + role + " keeps no keys"));
    }

    /** The way to the gateways. To be asked only in the role agent. */
    public Agent agent() {
        return uplink.orElseThrow(() -> new IllegalStateException("the role " + role + " has no gateways"));
    }

    /**
     * The way from a node to its gateways. Nothing in it is secret.
     *
     * @param gateways in the order in which they are tried first
     * @param rootsFile PEM, the roots that gateways' certificates may come from
     * @param tpm where the TPM is reached
     * @param ek which of the TCG's templates the EK is of; empty lets the TPM's content decide
     * @param eventLog what the firmware measured, as the kernel hands it on
     * @param tenant UUID of the tenant that this node claims to belong to before anybody enrolled it
     * @param hostName what this host is called, for people who approve; empty takes the kernel's
     */
    public record Agent(
            List<Gateway> gateways,
            Path rootsFile,
            TpmAddress tpm,
            Optional<String> ek,
            Path eventLog,
            Optional<UUID> tenant,
            String hostName) {
        public Agent {
            gateways = List.copyOf(gateways);
        }
    }

    /**
     * One gateway.
     *
     * @param host name or literal IP, which its certificate must carry
     * @param servicePort takes nodes with a certificate
     * @param attestPort takes everybody who wants one
     */
    public record Gateway(String host, int servicePort, int attestPort) {
        /** As it is written in the configuration. */
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + servicePort + "/" + attestPort;
        }
    }

    /**
     * Where a TPM is reached.
     *
     * @param path absolute
     * @param socket a unix socket that takes raw commands, as swtpm's; else a device of the kernel's
     */
    public record TpmAddress(Path path, boolean socket) {}

    /**
     * The KMS endpoint.
     *
     * @param socket absolute path of the unix socket
     * @param socketMode never gives anything to others
     * @param socketGroup name of the group that owns the socket, empty to leave it
     */
    public record Kms(Path socket, Set<PosixFilePermission> socketMode, String socketGroup) {
        public Kms {
            socketMode = Set.copyOf(socketMode);
        }
    }

    /** What keeps the KEKs, and how it speaks. */
    public record Custody(HsmProfile profile, Pkcs11 pkcs11) {}

    /**
     * A PKCS#11 token.
     *
     * @param module absolute path of the vendor's library
     * @param token the token's label
     * @param pinFile absolute path of a file with the user PIN, readable by its owner only
     * @param sessions worker threads, each with a session of its own
     * @param stuckAfter how long a thread may be inside the module for one piece of work before it is written off
     * @param maxStuck how many written-off threads there may be before only a restart helps
     * @param allowSoftToken that the operator knows that a software token protects nothing from root on this host
     */
    public record Pkcs11(
            Path module,
            String token,
            Path pinFile,
            int sessions,
            Duration stuckAfter,
            int maxStuck,
            boolean allowSoftToken) {}

    /**
     * The life of keys.
     *
     * @param backupRetention how long a version must have been DISABLED before it can be destroyed; whole days
     */
    public record Keys(Duration backupRetention) {}

    /**
     * How wraps share operations of the HSM.
     *
     * @param max DEKs that share one operation, at most 1,024
     * @param lanes operations that wrap under way at once for one key version
     */
    public record Batching(Mode mode, int max, int lanes) {
        /** Whether wraps share operations at all. */
        public enum Mode {
            /** What waits at the same time is wrapped together. */
            AUTO,
            /** Each DEK is sealed by an operation of its own, inside the HSM. */
            OFF
        }
    }

    /**
     * Where keyrings are remembered.
     *
     * @param path of the SQLite database. Its folder also holds what the process itself keeps, whichever database it is: the audit trail,
     *     the lock, what it has seen of the authority chain, the JNI library
     * @param postgresql used in place of SQLite if it is there
     * @param maxStaleness how long nodes are let in by what was last read
     */
    public record Store(Path path, Optional<Postgresql> postgresql, Duration maxStaleness) {
        /** SQLite. */
        public Store(Path path) {
            this(path, Optional.empty(), Duration.ofHours(1));
        }
    }

    /**
     * A PostgreSQL database.
     *
     * @param url {@code jdbc:postgresql://host:port/database} without user, password or options
     * @param passwordFile absolute path of a file with the password, readable by its owner only
     * @param caFile PEM of the authorities that the server's certificate may come from; there unless TLS is off
     */
    public record Postgresql(String url, String user, Optional<Path> passwordFile, Tls tls, Optional<Path> caFile) {
        /** How the connection is protected. */
        public enum Tls {
            VERIFY_FULL,
            VERIFY_CA,
            OFF
        }
    }

    /** Where probes and metrics are answered. */
    public record Management(String address, int port) {}
}
