package dev.kekkai.bench;

import com.google.protobuf.ByteString;
import dev.kekkai.uds.Serving;
import dev.kekkai.uds.SocketPlace;
import dev.kekkai.uds.SocketUnusableException;
import dev.kekkai.uds.UnixSocketServer;
import dev.kekkai.wire.kms.v2.DecryptRequest;
import dev.kekkai.wire.kms.v2.DecryptResponse;
import dev.kekkai.wire.kms.v2.EncryptRequest;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v2.StatusRequest;
import dev.kekkai.wire.kms.v2.StatusResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Both KMS APIs on the listener that Kekkai uses, without anything behind it: what an answer costs that nobody thinks about. A "ciphertext" is
 * the plaintext and as many zeros as a batch envelope adds. Serves until its standard input ends, as it does when the bench ends.
 */
final class NoOpServer {
    private static final ByteString PADDING = ByteString.copyFrom(new byte[110]);
    private static final String KEY_ID = "kekkai:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    private NoOpServer() {}

    public static void main(String[] arguments) throws IOException, SocketUnusableException {
        try (UnixSocketServer server = UnixSocketServer.start(
                SocketPlace.ownerOnly(Path.of(arguments[0])),
                Serving.of(
                        KeyManagementServiceGrpc.bindService(new V2()),
                        dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.bindService(new V1())))) {
            System.out.println("listening on " + server.path());
            System.in.readAllBytes();
        }
    }

    private static ByteString unpadded(ByteString ciphertext) {
        return ciphertext.substring(0, ciphertext.size() - PADDING.size());
    }

    private static final class V2 implements KeyManagementServiceGrpc.AsyncService {
        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
            observer.onNext(StatusResponse.newBuilder()
                    .setVersion("v2")
                    .setHealthz("ok")
                    .setKeyId(KEY_ID)
                    .build());
            observer.onCompleted();
        }

        @Override
        public void encrypt(EncryptRequest request, StreamObserver<EncryptResponse> observer) {
            observer.onNext(EncryptResponse.newBuilder()
                    .setCiphertext(request.getPlaintext().concat(PADDING))
                    .setKeyId(KEY_ID)
                    .build());
            observer.onCompleted();
        }

        @Override
        public void decrypt(DecryptRequest request, StreamObserver<DecryptResponse> observer) {
            observer.onNext(DecryptResponse.newBuilder()
                    .setPlaintext(unpadded(request.getCiphertext()))
                    .build());
            observer.onCompleted();
        }
    }

    private static final class V1 implements dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.AsyncService {
        @Override
        public void encrypt(
                dev.kekkai.wire.kms.v1beta1.EncryptRequest request,
                StreamObserver<dev.kekkai.wire.kms.v1beta1.EncryptResponse> observer) {
            observer.onNext(dev.kekkai.wire.kms.v1beta1.EncryptResponse.newBuilder()
                    .setCipher(request.getPlain().concat(PADDING))
                    .build());
            observer.onCompleted();
        }

        @Override
        public void decrypt(
                dev.kekkai.wire.kms.v1beta1.DecryptRequest request,
                StreamObserver<dev.kekkai.wire.kms.v1beta1.DecryptResponse> observer) {
            observer.onNext(dev.kekkai.wire.kms.v1beta1.DecryptResponse.newBuilder()
                    .setPlain(unpadded(request.getCipher()))
                    .build());
            observer.onCompleted();
        }
    }
}
