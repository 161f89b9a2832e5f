package dev.kekkai.kms;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kekkai.dek.DekException.Malformed;
import dev.kekkai.dek.Health;
import dev.kekkai.dek.Status;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.id.KeyId;
import dev.kekkai.wire.kms.v2.DecryptRequest;
import dev.kekkai.wire.kms.v2.DecryptResponse;
import dev.kekkai.wire.kms.v2.EncryptRequest;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v2.StatusRequest;
import dev.kekkai.wire.kms.v2.StatusResponse;
import io.grpc.stub.StreamObserver;

/** {@code /v2.KeyManagementService}: what kube-apiserver calls since 1.29. Wraps for the {@code key_id} that the connection was last told by Status. */
final class KmsV2Service implements KeyManagementServiceGrpc.AsyncService {
    private static final String VERSION = "v2";

    private final DekCalls calls;

    KmsV2Service(DekCalls calls) {
        this.calls = calls;
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        StatusLatch latch = StatusLatch.current();
        calls.status(status -> told(status, latch), observer);
    }

    /** Latches whatever the health: the apiserver rotates to a new {@code key_id} also while {@code healthz} is not ok. */
    private static StatusResponse told(Status status, StatusLatch latch) {
        StatusResponse response = StatusResponse.newBuilder()
                .setVersion(VERSION)
                .setHealthz(healthz(status.health()))
                .setKeyId(KmsLimits.outgoingKeyId(status.keyId()))
                .build();
        latch.tell(status.keyId());
        return response;
    }

    /** {@code ok} exactly when healthy; the apiserver takes anything else for a failure and shows it. */
    private static String healthz(Health health) {
        return switch (health) {
            case Health.Healthy healthy -> "ok";
            case Health.Unhealthy ill -> ill.reason() + " (probed " + ill.age().toSeconds() + " s ago)";
        };
    }

    @Override
    public void encrypt(EncryptRequest request, StreamObserver<EncryptResponse> observer) {
        try {
            KmsLimits.checkPlaintext(request.getPlaintext(), KmsLimits.V2_PLAINTEXT);
            calls.wrap(
                    new DekCalls.Request(VERSION, request.getUid()),
                    request.getPlaintext(),
                    StatusLatch.current().told(),
                    KmsV2Service::encrypted,
                    observer);
        } catch (Malformed e) {
            observer.onError(KmsErrors.answer(e));
        }
    }

    /** Without annotations: the envelope says all that is needed to open it. */
    private static EncryptResponse encrypted(WrappedDek wrapped) {
        byte[] ciphertext = KmsLimits.outgoingCiphertext(wrapped.envelope(), KmsLimits.V2_CIPHERTEXT);
        return EncryptResponse.newBuilder()
                .setCiphertext(UnsafeByteOperations.unsafeWrap(ciphertext))
                .setKeyId(KmsLimits.outgoingKeyId(wrapped.keyId()))
                .build();
    }

    @Override
    public void decrypt(DecryptRequest request, StreamObserver<DecryptResponse> observer) {
        try {
            KmsLimits.checkCiphertext(request.getCiphertext(), KmsLimits.V2_CIPHERTEXT);
            KeyId keyId = KmsLimits.checkedKeyId(request.getKeyId());
            refuseAnnotations(request);
            calls.unwrap(
                    new DekCalls.Request(VERSION, request.getUid()),
                    request.getCiphertext(),
                    keyId,
                    KmsV2Service::decrypted,
                    observer);
        } catch (Malformed e) {
            observer.onError(KmsErrors.answer(e));
        }
    }

    /** We never gave any, and the apiserver echoes what it was given. */
    private static void refuseAnnotations(DecryptRequest request) throws Malformed {
        if (request.getAnnotationsCount() != 0) {
            throw new Malformed(
                    "the request carries annotations, which Kekkai never gave: the ciphertext comes from another plugin");
        }
    }

    private static DecryptResponse decrypted(byte[] plaintext) {
        return DecryptResponse.newBuilder()
                .setPlaintext(ByteString.copyFrom(KmsLimits.outgoingPlaintext(plaintext)))
                .build();
    }
}
