package dev.kekkai.kms;

import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.dek.MemoryDekService;
import dev.kekkai.uds.SocketUnusableException;
import dev.kekkai.uds.UnixSocketChannel;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc.KeyManagementServiceBlockingStub;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** An endpoint on a socket in a folder of the test's, over a DekService in memory, and one client. */
final class KmsFixture implements AutoCloseable {
    static final String RUNTIME_VERSION = "1.2.3";

    final MemoryDekService dek = new MemoryDekService();
    final Path socket;
    private final KmsEndpoint endpoint;
    private final UnixSocketChannel client;

    KmsFixture(Path folder) throws SocketUnusableException {
        this(folder, KmsEndpoint.PATIENCE);
    }

    KmsFixture(Path folder, Duration patience) throws SocketUnusableException {
        socket = folder.resolve("kms.sock");
        endpoint = KmsEndpoint.start(
                new KekkaiConfig.Kms(socket, PosixFilePermissions.fromString("rw-------"), ""),
                dek,
                TenantId.DEFAULT,
                RUNTIME_VERSION,
                patience);
        client = UnixSocketChannel.open(socket, UnixSocketChannel.LOCALHOST);
    }

    /** Another connection; the caller closes it. */
    UnixSocketChannel anotherClient() {
        return UnixSocketChannel.open(socket, UnixSocketChannel.LOCALHOST);
    }

    UnixSocketChannel client() {
        return client;
    }

    KeyManagementServiceBlockingStub v2() {
        return v2(client);
    }

    static KeyManagementServiceBlockingStub v2(UnixSocketChannel client) {
        return KeyManagementServiceGrpc.newBlockingStub(client.channel()).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.KeyManagementServiceBlockingStub v1() {
        return dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.newBlockingStub(client.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    /** The status with which a call was refused; an answer fails the test. */
    static Status refusal(ThrowingCallable call) {
        StatusRuntimeException refused = Assertions.catchThrowableOfType(StatusRuntimeException.class, call);
        Assertions.assertThat(refused)
                .as("the call was to be refused and was answered")
                .isNotNull();
        return refused.getStatus();
    }

    @Override
    public void close() {
        client.close();
        endpoint.close();
    }
}
