package dev.kekkai.agent;

import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.attestation.prover.FirmwareLog;
import dev.kekkai.config.KekkaiConfig.Agent;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DeadlineWatch;
import dev.kekkai.dek.DekService;
import dev.kekkai.dek.Health;
import dev.kekkai.tpm.structure.EkTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** This node's way to its gateways, from start to close. Begins by itself to attest and to connect, and goes on whatever happens to the gateways. */
public final class Uplink implements AutoCloseable {
    private static final long END_MILLIS = 3000;
    private static final Path KERNEL_HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final int LONGEST_HOST_NAME = 253;

    private final Network network;
    private final Told told;
    private final ServerRoots roots;
    private final Standing standing;
    private final GatewayChoice choice;
    private final List<GatewayLink> links = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final ScheduledThreadPoolExecutor timer;
    private final RemoteDekService dek;

    private Uplink(Agent config, List<X509Certificate> pinned, InstantSource wall, ProtocolVersion protocol, int most) {
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("agent-deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
        NodeClock clock = new NodeClock(wall);
        roots = new ServerRoots(pinned, clock);
        told = new Told(roots);
        standing = new Standing();
        NodeKey key = NodeKey.generate();
        network = new Network(key, roots);
        Calls calls = new Calls(this::choice, new DeadlineWatch(timer), most);
        config.gateways()
                .forEach(gateway ->
                        links.add(new GatewayLink(gateway, network, standing, told, calls, timer, clock, protocol)));
        choice = new GatewayChoice(links, standing, told);
        dek = new RemoteDekService(told, choice, calls);
        Attesting attesting = new Attesting(
                network,
                key,
                new TpmDesk(config.tpm(), config.ek().map(EkTemplate::valueOf)),
                new FirmwareLog(config.eventLog()),
                told,
                config.tenant(),
                hostName(config),
                protocol);
        thread("agent-standing", new StandingThread(attesting, standing, config.gateways(), choice));
        links.forEach(link ->
                thread("agent-" + link.gateway().host() + "-" + link.gateway().servicePort(), link));
    }

    /**
     * Begins.
     *
     * @param clock the node's wall clock, see {@link NodeClock}
     * @throws IOException if the file of roots cannot be read, or holds none
     */
    public static Uplink open(Agent config, InstantSource clock) throws IOException {
        return open(config, clock, ProtocolVersion.CURRENT);
    }

    /**
     * Begins as an agent of another build.
     *
     * @param protocol what it speaks
     */
    public static Uplink open(Agent config, InstantSource clock, ProtocolVersion protocol) throws IOException {
        return open(config, clock, protocol, Calls.MOST);
    }

    static Uplink open(Agent config, InstantSource clock, ProtocolVersion protocol, int most) throws IOException {
        Uplink uplink = new Uplink(config, pinned(config), clock, protocol, most);
        uplink.threads.forEach(Thread::start);
        return uplink;
    }

    private static List<X509Certificate> pinned(Agent config) throws IOException {
        List<X509Certificate> pinned = new ArrayList<>();
        try (InputStream in = Files.newInputStream(config.rootsFile())) {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .forEach(certificate -> pinned.add((X509Certificate) certificate));
        } catch (CertificateException e) {
            throw new IOException(config.rootsFile() + " is no PEM file of certificates: " + e.getMessage(), e);
        }
        if (pinned.isEmpty()) {
            throw new IOException(config.rootsFile() + " holds no certificate");
        }
        return pinned;
    }

    /** As the kernel has it, if it is not configured; nobody asks a name server. */
    private static String hostName(Agent config) {
        if (!config.hostName().isEmpty()) {
            return config.hostName();
        }
        try {
            String name = Files.readString(KERNEL_HOST_NAME).strip();
            return name.length() <= LONGEST_HOST_NAME ? name : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** Before the constructor is done nobody asks. */
    private GatewayChoice choice() {
        return choice;
    }

    private void thread(String name, Runnable work) {
        threads.add(Thread.ofPlatform().daemon().name(name).unstarted(work));
    }

    /** Answers from afar. */
    public DekService dek() {
        return dek;
    }

    /** Whether a wrap can be expected to work. */
    public Health health() {
        return choice.health();
    }

    /** What wraps now: {@code key_id} and epoch, once a gateway told them. */
    public Optional<Known> known() {
        return told.key().map(key -> new Known(key.keyId().value(), key.epoch()));
    }

    /** The {@code key_id} that Status tells. */
    public record Known(String keyId, long epoch) {}

    /** How it does, for an operator. */
    public UplinkReport report() {
        Optional<Grant> grant = standing.current();
        Optional<GatewayLink> preferred = choice.preferred();
        return new UplinkReport(
                grant.map(Grant::node),
                grant.map(Grant::tenant),
                grant.map(Grant::end)
                        .map(Deadline::remainingNanos)
                        .map(Duration::ofNanos)
                        .orElse(Duration.ZERO),
                standing.problem(),
                told.serial(),
                List.copyOf(roots.fingerprints()),
                links.stream()
                        .map(link -> link.report(preferred.filter(link::equals).isPresent()))
                        .toList());
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join(END_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        links.forEach(link -> link.session().ifPresent(Session::close));
        network.close();
        timer.shutdownNow();
    }
}
