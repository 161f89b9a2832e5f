package dev.kekkai.kms;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kekkai.dek.DekException.Malformed;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.wire.kms.v1beta1.DecryptRequest;
import dev.kekkai.wire.kms.v1beta1.DecryptResponse;
import dev.kekkai.wire.kms.v1beta1.EncryptRequest;
import dev.kekkai.wire.kms.v1beta1.EncryptResponse;
import dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v1beta1.VersionRequest;
import dev.kekkai.wire.kms.v1beta1.VersionResponse;
import io.grpc.stub.StreamObserver;

/**
 * {@code /v1beta1.KeyManagementService}: KMS v1, for apiservers with the feature gate KMSv1. It knows no {@code key_id}, so wraps go to the ACTIVE
 * version and the envelope alone says which that was. The health probe's 4 bytes {@code ping} are a plaintext like any other.
 */
final class KmsV1Service implements KeyManagementServiceGrpc.AsyncService {
    private static final String VERSION = "v1beta1";
    private static final String RUNTIME_NAME = "kekkai";
    private static final DekCalls.Request REQUEST = new DekCalls.Request(VERSION, "");

    private final DekCalls calls;
    private final String runtimeVersion;

    KmsV1Service(DekCalls calls, String runtimeVersion) {
        this.calls = calls;
        this.runtimeVersion = runtimeVersion;
    }

    @Override
    public void version(VersionRequest request, StreamObserver<VersionResponse> observer) {
        try {
            checkVersion(request.getVersion());
            observer.onNext(VersionResponse.newBuilder()
                    .setVersion(VERSION)
                    .setRuntimeName(RUNTIME_NAME)
                    .setRuntimeVersion(runtimeVersion)
                    .build());
            observer.onCompleted();
        } catch (Malformed e) {
            observer.onError(KmsErrors.answer(e));
        }
    }

    @Override
    public void encrypt(EncryptRequest request, StreamObserver<EncryptResponse> observer) {
        try {
            checkVersion(request.getVersion());
            KmsLimits.checkPlaintext(request.getPlain(), KmsLimits.V1_PLAINTEXT);
            calls.wrap(REQUEST, request.getPlain(), null, KmsV1Service::encrypted, observer);
        } catch (Malformed e) {
            observer.onError(KmsErrors.answer(e));
        }
    }

    private static EncryptResponse encrypted(WrappedDek wrapped) {
        byte[] cipher = KmsLimits.outgoingCiphertext(wrapped.envelope(), KmsLimits.V1_CIPHERTEXT);
        return EncryptResponse.newBuilder()
                .setCipher(UnsafeByteOperations.unsafeWrap(cipher))
                .build();
    }

    @Override
    public void decrypt(DecryptRequest request, StreamObserver<DecryptResponse> observer) {
        try {
            checkVersion(request.getVersion());
            KmsLimits.checkCiphertext(request.getCipher(), KmsLimits.V1_CIPHERTEXT);
            calls.unwrap(REQUEST, request.getCipher(), null, KmsV1Service::decrypted, observer);
        } catch (Malformed e) {
            observer.onError(KmsErrors.answer(e));
        }
    }

    private static DecryptResponse decrypted(byte[] plaintext) {
        return DecryptResponse.newBuilder()
                .setPlain(ByteString.copyFrom(KmsLimits.outgoingPlaintext(plaintext)))
                .build();
    }

    private static void checkVersion(String version) throws Malformed {
        if (!version.isEmpty() && !version.equals(VERSION)) {
            throw new Malformed("the request is for another version of the KMS API; this service speaks " + VERSION);
        }
    }
}
