package dev.kekkai.admin;

import dev.kekkai.dek.Health;
import dev.kekkai.wire.admin.v1.AdminGrpc;
import dev.kekkai.wire.admin.v1.GetStatusRequest;
import dev.kekkai.wire.admin.v1.GetStatusResponse;
import dev.kekkai.wire.admin.v1.Uplink;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Supplier;

/** Answers {@code kekkai status} from inside a running agent. */
public final class AgentStatus implements AdminGrpc.AsyncService {
    private final String version;
    private final Path kmsSocket;
    private final Instant started;
    private final Supplier<Now> now;

    /**
     * How the agent does at one moment.
     *
     * @param keyId that Status tells, empty before any gateway told one
     * @param epoch of its activation, 0 likewise
     */
    public record Now(String keyId, long epoch, Health health, Uplink uplink) {}

    /**
     * @param version of Kekkai
     * @param started when it began to serve
     */
    public AgentStatus(String version, Path kmsSocket, Instant started, Supplier<Now> now) {
        this.version = version;
        this.kmsSocket = kmsSocket;
        this.started = started;
        this.now = now;
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
        Now found = now.get();
        Health health = found.health();
        observer.onNext(GetStatusResponse.newBuilder()
                .setVersion(version)
                .setRole("agent")
                .setTenant(found.uplink().getTenant())
                .setKeyId(found.keyId())
                .setEpoch(found.epoch())
                .setHealthy(health instanceof Health.Healthy)
                .setReason(health instanceof Health.Unhealthy unhealthy ? unhealthy.reason() : "")
                .setProbeAgeMillis(health.age().toMillis())
                .setKmsSocket(kmsSocket.toString())
                .setStartedMillis(started.toEpochMilli())
                .setUplink(found.uplink())
                .build());
        observer.onCompleted();
    }
}
