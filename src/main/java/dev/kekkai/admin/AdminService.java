package dev.kekkai.admin;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.dek.Health;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Snapshot;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.wire.admin.v1.AdminGrpc;
import dev.kekkai.wire.admin.v1.AdoptKeysRequest;
import dev.kekkai.wire.admin.v1.AdoptKeysResponse;
import dev.kekkai.wire.admin.v1.CreateKeyRequest;
import dev.kekkai.wire.admin.v1.CreateKeyResponse;
import dev.kekkai.wire.admin.v1.GetStatusRequest;
import dev.kekkai.wire.admin.v1.GetStatusResponse;
import dev.kekkai.wire.admin.v1.ListKeysRequest;
import dev.kekkai.wire.admin.v1.ListKeysResponse;
import dev.kekkai.wire.admin.v1.Token;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Answers {@code kekkai status}, {@code key list}, {@code key create} and {@code key adopt} from inside the running server. */
public final class AdminService implements AdminGrpc.AsyncService {
    private static final Operator OPERATOR = new Operator("admin socket", "admin");

    private final ServerFacts facts;
    private final Keyring keyring;
    private final KeyAdministration keys;
    private final Mechanism mechanism;

    /**
     * @param mechanism for new KEKs, by the HSM's profile
     */
    public AdminService(ServerFacts facts, Keyring keyring, KeyAdministration keys, Mechanism mechanism) {
        this.facts = facts;
        this.keyring = keyring;
        this.keys = keys;
        this.mechanism = mechanism;
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
        answer(observer, this::status);
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
                .setToken(Token.newBuilder()
                        .setLabel(token.label())
                        .setSerial(token.serial())
                        .setManufacturer(token.manufacturer())
                        .setModel(token.model())
                        .setFirmware(token.firmware())
                        .setSoftware(token.software()))
                .build();
    }

    @Override
    public void listKeys(ListKeysRequest request, StreamObserver<ListKeysResponse> observer) {
        answer(observer, () -> {
            ListKeysResponse.Builder response = ListKeysResponse.newBuilder();
            keys.keyring(keyring.snapshot().tenant())
                    .ifPresent(stored -> stored.versions().forEach(v -> response.addVersions(KeyMessages.of(v))));
            return response.build();
        });
    }

    @Override
    public void createKey(CreateKeyRequest request, StreamObserver<CreateKeyResponse> observer) {
        answer(observer, () -> {
            StoredVersion created =
                    keys.create(keyring.snapshot().tenant(), mechanism, request.getNewKeyring(), OPERATOR);
            keyring.reload();
            return CreateKeyResponse.newBuilder()
                    .setVersion(KeyMessages.of(created))
                    .build();
        });
    }

    @Override
    public void adoptKeys(AdoptKeysRequest request, StreamObserver<AdoptKeysResponse> observer) {
        answer(observer, () -> {
            List<StoredVersion> adopted = keys.adopt(
                    keyring.snapshot().tenant(),
                    lineage(request.getLineage()),
                    request.getAcceptProvenance(),
                    OPERATOR);
            keyring.reload();
            AdoptKeysResponse.Builder response = AdoptKeysResponse.newBuilder();
            adopted.forEach(version -> response.addVersions(KeyMessages.of(version)));
            return response.build();
        });
    }

    private static @Nullable Lineage lineage(String text) throws KeyringException {
        if (text.isEmpty()) {
            return null;
        }
        try {
            return new Lineage(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            throw new KeyringException("a lineage is a UUID", e);
        }
    }

    /** The body of a call. */
    private interface Call<T> {
        T make() throws KeyringException, CustodyException, StoreException, AuditException;
    }

    private static <T> void answer(StreamObserver<T> observer, Call<T> call) {
        try {
            T response = call.make();
            observer.onNext(response);
            observer.onCompleted();
        } catch (KeyringException e) {
            observer.onError(
                    Status.FAILED_PRECONDITION.withDescription(e.getMessage()).asRuntimeException());
        } catch (CustodyException | StoreException | AuditException e) {
            observer.onError(Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException());
        }
    }
}
