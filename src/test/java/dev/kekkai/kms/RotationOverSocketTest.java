package dev.kekkai.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.authority.ChainNotary;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.Capacity;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.DeepProbe;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.KeyringOpener;
import dev.kekkai.keyring.LocalDekService;
import dev.kekkai.keyring.Operator;
import dev.kekkai.keyring.Order;
import dev.kekkai.keyring.RotationPlan;
import dev.kekkai.store.sql.SchemaChange;
import dev.kekkai.store.sql.SqlKeyringStore;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.apiserver.ApiserverV1Simulator;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.custody.MemoryHsm;
import dev.kekkai.uds.UnixSocketChannel;
import dev.kekkai.wire.kms.v2.DecryptRequest;
import dev.kekkai.wire.kms.v2.EncryptRequest;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc.KeyManagementServiceBlockingStub;
import dev.kekkai.wire.kms.v2.StatusRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apiservers on real sockets, a keyring in a real store, while its key is rotated under them. */
class RotationOverSocketTest {
    private static final int ROTATIONS = 60;
    private static final Order ORDER = new Order(TenantId.DEFAULT, new Operator("root", "admin"), false);

    @TempDir
    Path folder;

    private final ScheduledThreadPoolExecutor background = new ScheduledThreadPoolExecutor(2);
    private volatile Instant now = Instant.now();
    private SqlKeyringStore store;
    private KeyAdministration keys;
    private Keyring keyring;
    private KmsEndpoint endpoint;

    @BeforeEach
    void serve() throws Exception {
        MemoryHsm hsm = new MemoryHsm();
        ChainNotary notary = Hosts.notary(new MemorySigningKey(), folder);
        store = SqlKeyringStore.openSqlite(folder.resolve("kekkai.db"), SchemaChange.FORWARD, notary);
        keys = new KeyAdministration(
                store, new Reconciler(store, notary), hsm, hsm, event -> {}, () -> now, Duration.ofDays(90));
        keys.create(ORDER, Mechanism.AES_GCM, false);
        keyring = new Keyring(
                new KeyringOpener(store, hsm, hsm).open(TenantId.DEFAULT),
                store,
                hsm,
                background,
                DeepProbe.Pace.DEFAULT);
        keyring.start();
        endpoint = KmsEndpoint.start(
                new KekkaiConfig.Kms(folder.resolve("run/kms.sock"), PosixFilePermissions.fromString("rw-------"), ""),
                new LocalDekService(
                        Map.of(TenantId.DEFAULT, keyring),
                        new Batcher(hsm, Capacity.off(1)),
                        event -> {},
                        () -> now,
                        background),
                TenantId.DEFAULT,
                "test");
    }

    @AfterEach
    void end() throws Exception {
        endpoint.close();
        background.shutdownNow();
        store.close();
    }

    @Test
    void status_and_encrypt_never_disagree_while_the_key_is_rotated_again_and_again() throws Exception {
        List<ApiserverSimulator> apiservers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ApiserverSimulator apiserver = ApiserverSimulator.connect(endpoint.socket());
            apiserver.start();
            apiserver.watch(Duration.ofMillis(1));
            apiservers.add(apiserver);
        }

        for (int i = 0; i < ROTATIONS; i++) {
            rotate();
            for (ApiserverSimulator apiserver : apiservers) {
                apiserver.write("secret-" + i);
            }
        }

        String last = keyring.snapshot().keyId().value();
        for (ApiserverSimulator apiserver : apiservers) {
            await().until(() -> apiserver.keyId().equals(last));
            apiserver.restart();
            assertThat(apiserver.etcd()).hasSize(ROTATIONS);
            // Fails if Status and Encrypt disagreed even once.
            apiserver.close();
        }
        assertThat(keyring.snapshot().epoch()).isEqualTo(ROTATIONS + 1L);
    }

    @Test
    void v1_wraps_by_the_new_version_with_its_next_write_and_opens_what_the_old_one_wrapped() throws Exception {
        try (var apiserver = ApiserverV1Simulator.connect(endpoint.socket())) {
            apiserver.start();
            apiserver.write("before");
            rotate();
            apiserver.write("after");

            assertThat(versionOf(apiserver.cipher("before")))
                    .isNotEqualTo(activeVersion())
                    .isNotEqualTo(versionOf(apiserver.cipher("after")));
            assertThat(versionOf(apiserver.cipher("after"))).isEqualTo(activeVersion());
            apiserver.restart();
        }
    }

    @Test
    void a_connection_that_was_told_the_old_key_id_wraps_with_it_for_five_minutes() throws Exception {
        try (UnixSocketChannel channel = UnixSocketChannel.open(endpoint.socket(), UnixSocketChannel.LOCALHOST)) {
            KeyManagementServiceBlockingStub kms = KeyManagementServiceGrpc.newBlockingStub(channel.channel());
            String old = kms.status(StatusRequest.getDefaultInstance()).getKeyId();
            rotate();

            now = now.plus(Duration.ofMinutes(5)).minusMillis(1);
            EncryptResponse late = encrypt(kms);
            assertThat(late.getKeyId()).isEqualTo(old);

            now = now.plusMillis(1);
            StatusRuntimeException stale =
                    Assertions.catchThrowableOfType(StatusRuntimeException.class, () -> encrypt(kms));
            assertThat(stale.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);

            String told = kms.status(StatusRequest.getDefaultInstance()).getKeyId();
            assertThat(encrypt(kms).getKeyId()).isEqualTo(told).isNotEqualTo(old);
            assertThat(kms.decrypt(DecryptRequest.newBuilder()
                                    .setCiphertext(late.getCiphertext())
                                    .setKeyId(late.getKeyId())
                                    .build())
                            .getPlaintext())
                    .isEqualTo(ByteString.copyFromUtf8("a DEK"));
        }
    }

    private void rotate() throws Exception {
        keys.rotate(ORDER, new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO));
        keyring.reload();
    }

    private static EncryptResponse encrypt(KeyManagementServiceBlockingStub kms) {
        return kms.encrypt(EncryptRequest.newBuilder()
                .setPlaintext(ByteString.copyFromUtf8("a DEK"))
                .build());
    }

    private ByteString activeVersion() {
        return ByteString.copyFrom(keyring.snapshot().active().kek().version().bytes());
    }

    /** Bytes 3 to 19 of the envelope. */
    private static ByteString versionOf(ByteString envelope) {
        return envelope.substring(3, 19);
    }
}
