package dev.kekkai.admin;

import dev.kekkai.custody.CustodyState;
import dev.kekkai.dek.Health;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.Snapshot;
import dev.kekkai.wire.admin.v1.AdminGrpc;
import dev.kekkai.wire.admin.v1.GetStatusRequest;
import dev.kekkai.wire.admin.v1.GetStatusResponse;
import dev.kekkai.wire.admin.v1.Hsm;
import dev.kekkai.wire.admin.v1.Token;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Answers {@code kekkai status} from inside the running server. */
public final class AdminService implements AdminGrpc.AsyncService {
    private final ServerFacts facts;
    private final Keyring keyring;
    private final Supplier<CustodyState> custody;
    private final Supplier<String> storeBehind;

    /**
     * @param custody how the way to the token does
     * @param storeBehind why the store is not the latest that this host knows of, or empty
     */
    public AdminService(
            ServerFacts facts, Keyring keyring, Supplier<CustodyState> custody, Supplier<String> storeBehind) {
        this.facts = facts;
        this.keyring = keyring;
        this.custody = custody;
        this.storeBehind = storeBehind;
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
        observer.onNext(status());
        observer.onCompleted();
    }

    private GetStatusResponse status() {
        Snapshot snapshot = keyring.snapshot();
        Health health = keyring.health();
        ServerFacts.TokenFacts token = facts.token();
        return GetStatusResponse.newBuilder()
                .setVersion(facts.version())
                .setRole(facts.role())
                .setTenant(snapshot.tenant().toString())
                .setLineage(snapshot.lineage().toString())
                .setKeyId(snapshot.keyId().value())
                .setEpoch(snapshot.epoch())
                .setHealthy(health instanceof Health.Healthy)
                .setReason(health instanceof Health.Unhealthy unhealthy ? unhealthy.reason() : "")
                .setProbeAgeMillis(health.age().toMillis())
                .setKmsSocket(facts.kmsSocket().toString())
                .setStartedMillis(facts.started().toEpochMilli())
                .setStoreProblem(Stream.of(keyring.storeProblem(), storeBehind.get())
                        .filter(problem -> !problem.isEmpty())
                        .distinct()
                        .collect(Collectors.joining("; ")))
                .setToken(Token.newBuilder()
                        .setLabel(token.label())
                        .setSerial(token.serial())
                        .setManufacturer(token.manufacturer())
                        .setModel(token.model())
                        .setFirmware(token.firmware())
                        .setSoftware(token.software())
                        .setSealing(token.sealing())
                        .setSelfTest(token.selfTest()))
                .setHsm(hsm(custody.get()))
                .build();
    }

    private static Hsm hsm(CustodyState state) {
        return Hsm.newBuilder()
                .setLink(state.link().name())
                .setReason(state.reason())
                .setForMillis(state.since().toMillis())
                .setSessions(state.sessions())
                .setSessionsOpen(state.sessionsOpen())
                .setStuck(state.stuck())
                .setMaxStuck(state.mostStuck())
                .build();
    }
}
