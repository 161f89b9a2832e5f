package dev.kekkai.testing.process;

import com.google.protobuf.ByteString;
import dev.kekkai.uds.UnixSocketChannel;
import dev.kekkai.wire.kms.v2.DecryptRequest;
import dev.kekkai.wire.kms.v2.EncryptRequest;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc.KeyManagementServiceBlockingStub;
import dev.kekkai.wire.kms.v2.StatusRequest;
import dev.kekkai.wire.kms.v2.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A client of both KMS APIs that asks what no apiserver would ask. For what apiservers do, there is {@code testing.apiserver}. */
public final class KmsClient implements AutoCloseable {
    private static final int DEK_BYTES = 32;
    private static final long PATIENCE_SECONDS = 10;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final UnixSocketChannel connection;

    private KmsClient(UnixSocketChannel connection) {
        this.connection = connection;
    }

    static KmsClient of(Path socket) {
        return new KmsClient(UnixSocketChannel.open(socket, UnixSocketChannel.LOCALHOST));
    }

    public ManagedChannel channel() {
        return connection.channel();
    }

    /** A DEK like an apiserver's. */
    public static ByteString dek() {
        byte[] dek = new byte[DEK_BYTES];
        RANDOM.nextBytes(dek);
        return ByteString.copyFrom(dek);
    }

    public KeyManagementServiceBlockingStub v2() {
        return KeyManagementServiceGrpc.newBlockingStub(channel())
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    public dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.KeyManagementServiceBlockingStub v1() {
        return dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.newBlockingStub(channel())
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    public StatusResponse status() {
        return v2().status(StatusRequest.getDefaultInstance());
    }

    public EncryptResponse wrap(ByteString dek) {
        return wrap(dek, UUID.randomUUID().toString());
    }

    public EncryptResponse wrap(ByteString dek, String uid) {
        return v2().encrypt(EncryptRequest.newBuilder()
                .setPlaintext(dek)
                .setUid(uid)
                .build());
    }

    public ByteString unwrap(ByteString ciphertext, String keyId) {
        return unwrap(ciphertext, keyId, UUID.randomUUID().toString());
    }

    public ByteString unwrap(ByteString ciphertext, String keyId, String uid) {
        return v2().decrypt(DecryptRequest.newBuilder()
                        .setCiphertext(ciphertext)
                        .setKeyId(keyId)
                        .setUid(uid)
                        .build())
                .getPlaintext();
    }

    /** Over v1beta1. */
    public ByteString wrapV1(ByteString dek) {
        return v1().encrypt(dev.kekkai.wire.kms.v1beta1.EncryptRequest.newBuilder()
                        .setVersion("v1beta1")
                        .setPlain(dek)
                        .build())
                .getCipher();
    }

    /** Over v1beta1. */
    public ByteString unwrapV1(ByteString cipher) {
        return v1().decrypt(dev.kekkai.wire.kms.v1beta1.DecryptRequest.newBuilder()
                        .setVersion("v1beta1")
                        .setCipher(cipher)
                        .build())
                .getPlain();
    }

    /** The status with which a call was refused; an answer fails the test. */
    public static Status refusal(ThrowingCallable call) {
        StatusRuntimeException refused = Assertions.catchThrowableOfType(StatusRuntimeException.class, call);
        Assertions.assertThat(refused)
                .as("the call was to be refused and was answered")
                .isNotNull();
        return refused.getStatus();
    }

    @Override
    public void close() {
        connection.close();
    }
}
