package dev.kekkai.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.config.KekkaiConfig.Agent;
import dev.kekkai.dek.Caller;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekService;
import dev.kekkai.dek.Health;
import dev.kekkai.dek.Status;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.agent.SmallFleet;
import dev.kekkai.testing.agent.SmallGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A node with a TPM of its own, an uplink in this process, and gateways as the test starts them. */
final class AgentFixture implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final SmallFleet fleet = new SmallFleet();
    final BootedTpm tpm = BootedTpm.start();
    private final Path folder;
    private final List<SmallGateway> gateways = new ArrayList<>();
    private @Nullable Uplink uplink;
    private int most = Calls.MOST;
    private InstantSource clock = InstantSource.system();

    AgentFixture(Path folder) throws Exception {
        this.folder = folder;
    }

    SmallGateway gateway() throws Exception {
        return owned(SmallGateway.start(fleet));
    }

    SmallGateway owned(SmallGateway gateway) {
        gateways.add(gateway);
        return gateway;
    }

    void most(int calls) {
        most = calls;
    }

    void clock(InstantSource other) {
        clock = other;
    }

    /** Begins, and waits for nothing. */
    Uplink begin(SmallGateway... at) throws Exception {
        return begin(Arrays.stream(at).map(SmallGateway::address).toList());
    }

    Uplink begin(List<KekkaiConfig.Gateway> at) throws Exception {
        Path roots = Files.writeString(
                folder.resolve("roots.pem"), SmallFleet.pem(fleet.root().certificate()));
        uplink = Uplink.open(
                new Agent(
                        at,
                        roots,
                        tpm.address(),
                        Optional.empty(),
                        folder.resolve("no-event-log"),
                        Optional.empty(),
                        "node-1"),
                clock,
                ProtocolVersion.CURRENT,
                most);
        return uplink;
    }

    /** Begins, and waits until all serve. */
    Uplink start(SmallGateway... at) throws Exception {
        Uplink begun = begin(at);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(begun.report().links())
                .allSatisfy(link -> assertThat(link.problem()).isEmpty()));
        return begun;
    }

    UplinkReport report() {
        return uplink.report();
    }

    DekService dek() {
        return uplink.dek();
    }

    Status status() throws DekException {
        return dek().status(TenantId.DEFAULT);
    }

    boolean healthy() {
        return uplink.health() instanceof Health.Healthy;
    }

    String reason() {
        return uplink.health() instanceof Health.Unhealthy ill ? ill.reason() : "";
    }

    CompletableFuture<WrappedDek> wrap(byte[] dek, @Nullable KeyId told, Duration patience) {
        return dek().wrap(new WrapRequest(
                        new Caller(TenantId.DEFAULT, "test"),
                        "v2",
                        "uid",
                        Secret.owning(dek),
                        told,
                        Deadline.in(patience)))
                .toCompletableFuture();
    }

    CompletableFuture<Secret> unwrap(WrappedDek wrapped) {
        return dek().unwrap(new UnwrapRequest(
                        new Caller(TenantId.DEFAULT, "test"),
                        "v2",
                        "uid",
                        wrapped.envelope(),
                        wrapped.keyId(),
                        Deadline.in(PATIENCE)))
                .toCompletableFuture();
    }

    /** There and back again; what comes back is what went. */
    void roundTrip() throws Exception {
        byte[] dek = new byte[32];
        new SecureRandom().nextBytes(dek);
        WrappedDek wrapped = wrap(dek.clone(), null, PATIENCE).get(60, TimeUnit.SECONDS);
        try (Secret opened = unwrap(wrapped).get(60, TimeUnit.SECONDS)) {
            assertThat(opened.sameAs(dek)).isTrue();
        }
    }

    static Throwable failure(CompletableFuture<?> call) throws Exception {
        try {
            call.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return e.getCause();
        }
        throw new AssertionError("the call was to fail, and was answered");
    }

    @Override
    public void close() throws IOException {
        if (uplink != null) {
            uplink.close();
        }
        for (SmallGateway gateway : gateways) {
            gateway.close();
        }
        tpm.close();
    }
}
