package dev.kekkai.bench;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One of the two KMS APIs, over one connection, without waiting. */
interface KmsCalls {
    /** What kube-apiserver waits for an answer unless configured otherwise. */
    long PATIENCE_SECONDS = 3;

    void encrypt(ByteString dek, String uid, StreamObserver<Sealed> answer);

    /** Answers with the DEK. */
    void decrypt(Sealed sealed, String uid, StreamObserver<ByteString> answer);

    static KmsCalls of(Load.Api api, ManagedChannel channel) {
        return switch (api) {
            case V1 -> new V1Calls(channel);
            case V2 -> new V2Calls(channel);
        };
    }

    /** An observer of one message that hands on what is in it. */
    record Picked<M, T>(StreamObserver<T> to, Function<M, T> pick) implements StreamObserver<M> {
        @Override
        public void onNext(M message) {
            to.onNext(pick.apply(message));
        }

        @Override
        public void onError(Throwable failure) {
            to.onError(failure);
        }

        @Override
        public void onCompleted() {
            to.onCompleted();
        }
    }

    /** KMS v1. */
    record V1Calls(ManagedChannel channel) implements KmsCalls {
        private static final String VERSION = "v1beta1";

        @Override
        public void encrypt(ByteString dek, String uid, StreamObserver<Sealed> answer) {
            stub().encrypt(
                            dev.kekkai.wire.kms.v1beta1.EncryptRequest.newBuilder()
                                    .setVersion(VERSION)
                                    .setPlain(dek)
                                    .build(),
                            new Picked<>(answer, message -> new Sealed(dek, message.getCipher(), "")));
        }

        @Override
        public void decrypt(Sealed sealed, String uid, StreamObserver<ByteString> answer) {
            stub().decrypt(
                            dev.kekkai.wire.kms.v1beta1.DecryptRequest.newBuilder()
                                    .setVersion(VERSION)
                                    .setCipher(sealed.ciphertext())
                                    .build(),
                            new Picked<>(answer, message -> message.getPlain()));
        }

        private dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.KeyManagementServiceStub stub() {
            return dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.newStub(channel)
                    .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** KMS v2. */
    record V2Calls(ManagedChannel channel) implements KmsCalls {
        @Override
        public void encrypt(ByteString dek, String uid, StreamObserver<Sealed> answer) {
            stub().encrypt(
                            dev.kekkai.wire.kms.v2.EncryptRequest.newBuilder()
                                    .setPlaintext(dek)
                                    .setUid(uid)
                                    .build(),
                            new Picked<>(
                                    answer, message -> new Sealed(dek, message.getCiphertext(), message.getKeyId())));
        }

        @Override
        public void decrypt(Sealed sealed, String uid, StreamObserver<ByteString> answer) {
            stub().decrypt(
                            dev.kekkai.wire.kms.v2.DecryptRequest.newBuilder()
                                    .setCiphertext(sealed.ciphertext())
                                    .setKeyId(sealed.keyId())
                                    .setUid(uid)
                                    .build(),
                            new Picked<>(answer, message -> message.getPlaintext()));
        }

        private dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc.KeyManagementServiceStub stub() {
            return dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc.newStub(channel)
                    .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
