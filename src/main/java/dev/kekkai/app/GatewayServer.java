package dev.kekkai.app;

import dev.kekkai.admin.rest.ServedParts;
import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.GatewayConfig;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Signer;
import dev.kekkai.dek.Health;
import dev.kekkai.gateway.GatewayEndpoint;
import dev.kekkai.gateway.GatewayLimits;
import dev.kekkai.gateway.GatewayWitness;
import dev.kekkai.gateway.TenantTrust;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.CertificateAuthority;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.ServerIdentity;
import dev.kekkai.identity.ServerRoots;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.uds.SocketUnusableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The role {@code gateway}: the tenants' keyrings, one HSM, two ports for nodes, and the admin socket. It needs nothing of any cluster that it serves. */
public final class GatewayServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(GatewayServer.class);
    private static final String CLIENT_CA = "kekkai-client-ca";
    private static final int RUN_BYTES = 4;
    /** Nodes of a tenant that is configured no more are still its nodes. */
    private static final TenantTrust NOBODYS = TenantTrust.VOUCHED;

    private final Deque<AutoCloseable> open;
    private final KeySide keys;
    private final GatewayEndpoint endpoint;

    private GatewayServer(Deque<AutoCloseable> open, KeySide keys, GatewayEndpoint endpoint) {
        this.open = open;
        this.keys = keys;
        this.endpoint = endpoint;
    }

    /**
     * Opens everything and begins to serve. The ports open last, when a wrap would work.
     *
     * @param version of Kekkai, shown to operators
     */
    public static GatewayServer start(KekkaiConfig config, String version)
            throws StartException, StoreException, CustodyException, KeyringException, AuditException,
                    SocketUnusableException {
        return start(config, version, ProtocolVersion.CURRENT);
    }

    /** As one of a build that speaks another version of the protocol with its agents. */
    static GatewayServer start(KekkaiConfig config, String version, ProtocolVersion protocol)
            throws StartException, StoreException, CustodyException, KeyringException, AuditException,
                    SocketUnusableException {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        boolean done = false;
        try {
            GatewayConfig gateway =
                    config.gateway().orElseThrow(() -> new StartException("the role gateway needs gateway.names"));
            KeySide keys = KeySide.open(config, version, others(config), trail -> trail, open);
            GatewayEndpoint endpoint =
                    endpoint(gateway, keys, RootsFile.of(config), EkFolders.read(config.tenants()), protocol, open);
            open.push(endpoint);
            done = true;
            LOG.infof(
                    "nodes are served as %s: port %d, and %d for attestations",
                    String.join(", ", gateway.names()), endpoint.servicePort(), endpoint.attestPort());
            return new GatewayServer(open, keys, endpoint);
        } finally {
            if (!done) {
                Workbench.closeAll(open);
            }
        }
    }

    private static List<TenantId> others(KekkaiConfig config) {
        return config.tenants().all().stream()
                .map(Tenant::id)
                .filter(tenant -> !tenant.equals(TenantId.DEFAULT))
                .toList();
    }

    private static GatewayEndpoint endpoint(
            GatewayConfig config,
            KeySide keys,
            RootsFile rootsFile,
            Map<TenantId, TenantTrust> trust,
            ProtocolVersion protocol,
            Deque<AutoCloseable> open)
            throws CustodyException, StartException {
        SecureRandom random = new SecureRandom();
        InstantSource clock = InstantSource.system();
        ServerRoots roots = ServerRoots.open(keys.bench().token()::signer, config.serverRoot(), random);
        write(roots, rootsFile);
        ServerIdentity identity = ServerIdentity.make(roots.active(), config.names(), clock);
        identity.keepFresh(KeySide.timer("kekkai-certificate", open));
        keys.fleet().fleet().believe(new GatewayWitness(identity, rootKeys(roots, keys, config.serverRoot())));
        NodeCertificates certificates = new NodeCertificates(
                CertificateAuthority.of(keys.bench().token().signer(CLIENT_CA), "Kekkai nodes", random), clock);
        try {
            return GatewayEndpoint.start(
                    new GatewayEndpoint.Ground(
                            keys.fleet().fleet(),
                            keys.dek(),
                            keys.bench().audit(),
                            certificates,
                            roots,
                            identity,
                            tenant -> trust.getOrDefault(tenant, NOBODYS),
                            clock,
                            config.names().getFirst() + "/" + run(random)),
                    new GatewayEndpoint.Ports(
                            address(config, config.attestPort()), address(config, config.servicePort())),
                    limits(config),
                    protocol);
        } catch (IOException e) {
            throw new StartException(
                    "gateway: a port of " + config.address() + " (" + config.servicePort() + ", "
                            + config.attestPort() + ") cannot be opened: " + e.getMessage()
                            + "; stop whoever has it, or choose another",
                    e);
        }
    }

    /** Of roots before the active one, too, as long as the HSM has them: what gateways under them wrote stays true. */
    private static List<PublicKey> rootKeys(ServerRoots roots, KeySide keys, int active) throws CustodyException {
        List<PublicKey> all = new ArrayList<>(
                List.of(roots.active().publicKey(), roots.standby().publicKey()));
        for (int number = 1; number < active; number++) {
            keys.bench()
                    .token()
                    .findSigner(ServerRoots.label(number))
                    .map(Signer::publicKey)
                    .ifPresent(spki -> all.add(GatewayWitness.key(spki)));
        }
        return all;
    }

    private static void write(ServerRoots roots, RootsFile file) throws StartException {
        try {
            file.write(roots);
        } catch (IOException e) {
            throw new StartException("the roots cannot be written to " + file.path() + ": " + e.getMessage(), e);
        }
    }

    /** Tells this run from others in nodes' records, also where gateways share a name. */
    private static String run(SecureRandom random) {
        byte[] bytes = new byte[RUN_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static InetSocketAddress address(GatewayConfig config, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(config.address()), port);
    }

    private static GatewayLimits limits(GatewayConfig config) {
        GatewayLimits preset = GatewayLimits.DEFAULT;
        return new GatewayLimits(
                config.connections(),
                config.attestations(),
                config.attestationsPerSource(),
                config.inFlight(),
                preset.challenge(),
                config.policyGrace(),
                preset.connectionAge(),
                preset.attestAge(),
                preset.ageGrace(),
                preset.drain());
    }

    /** What the background probe of the HSM last found; and whether nodes are let in. */
    public Health health() {
        Health health = keys.health();
        return endpoint.problem()
                .<Health>map(problem -> new Health.Unhealthy(problem, health.age()))
                .orElse(health);
    }

    /** What the admin API is about. */
    public ServedParts parts() {
        return keys.parts();
    }

    /** Why only a restart of this process helps, if that is so. */
    public Optional<String> hopeless() {
        return keys.hopeless().or(endpoint::hopeless);
    }

    @Override
    public void close() {
        Workbench.closeAll(open);
    }
}
