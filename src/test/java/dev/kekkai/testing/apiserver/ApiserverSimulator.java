package dev.kekkai.testing.apiserver;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.wire.kms.v2.DecryptRequest;
import dev.kekkai.wire.kms.v2.EncryptRequest;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc.KeyManagementServiceBlockingStub;
import dev.kekkai.wire.kms.v2.StatusRequest;
import dev.kekkai.wire.kms.v2.StatusResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** kube-apiserver v1.36 with KMS v2: one seed at a time, rotated when Status tells another {@code key_id}, unwrapped again at a restart. */
public final class ApiserverSimulator implements AutoCloseable {
    private static final int SEED_BYTES = 32;
    private static final long WRITES_LAST_NANOS = TimeUnit.MINUTES.toNanos(3);

    private final Path socket;
    private final Authority authority;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, SealedSeed> etcd = new LinkedHashMap<>();
    /** What the test knows and no etcd would: the seed behind each ciphertext. */
    private final Map<SealedSeed, ByteString> truth = new HashMap<>();

    private ApiserverWire wire;
    private String version = "";
    private @Nullable SealedSeed seed;
    private long writableUntil;
    private @Nullable Thread watch;
    private @Nullable Throwable watchFailure;

    private ApiserverSimulator(Path socket, Authority authority) {
        this.socket = socket;
        this.authority = authority;
        this.wire = new ApiserverWire(socket, authority);
    }

    /** As today's apiservers connect, with {@link Authority#LOCALHOST}. */
    public static ApiserverSimulator connect(Path socket) {
        return connect(socket, Authority.LOCALHOST);
    }

    /** Connects at the first call. */
    public static ApiserverSimulator connect(Path socket, Authority authority) {
        return new ApiserverSimulator(socket, authority);
    }

    /** What it does before it is ready: Status, then an Encrypt of a fresh seed. */
    public synchronized StatusResponse start() {
        return status();
    }

    /**
     * One Status, as every 60 s and from the health endpoints. If it tells another {@code key_id} than the seed's, also while not healthy, one
     * Encrypt of a fresh seed.
     *
     * @throws BrokenRule if an answer is one that the apiserver refuses; a refused rotation leaves the old seed in use
     */
    public synchronized StatusResponse status() {
        StatusResponse status = stub().status(StatusRequest.getDefaultInstance());
        V2Rules.keyId(status.getKeyId());
        rotateTo(status.getKeyId());
        V2Rules.version(status.getVersion(), version);
        version = status.getVersion();
        V2Rules.healthz(status.getHealthz());
        return status;
    }

    private void rotateTo(String keyId) {
        long now = System.nanoTime();
        if (seed == null || !seed.keyId().equals(keyId)) {
            ByteString fresh = randomSeed();
            EncryptResponse response = stub().encrypt(EncryptRequest.newBuilder()
                    .setPlaintext(fresh)
                    .setUid(UUID.randomUUID().toString())
                    .build());
            V2Rules.encrypted(response);
            if (!response.getKeyId().equals(keyId)) {
                throw new BrokenRule("EncryptResponse.key_id must equal the one Status just gave: Status said `" + keyId
                        + "`, Encrypt `" + response.getKeyId() + "`; the rotation is refused");
            }
            seed = new SealedSeed(response.getCiphertext(), response.getKeyId(), response.getAnnotationsMap());
            truth.put(seed, fresh);
        }
        writableUntil = now + WRITES_LAST_NANOS;
    }

    /** Writes a Secret under the current seed; causes no RPC. */
    public synchronized void write(String secret) {
        SealedSeed current = seed;
        if (current == null) {
            throw new BrokenRule("a write needs a seed: no Encrypt has succeeded since the start");
        }
        if (System.nanoTime() - writableUntil > 0) {
            throw new BrokenRule("writes fail: the last good Status is more than 3 minutes ago");
        }
        etcd.put(secret, current);
    }

    /**
     * Restarts: a new connection, empty caches, Status, then one Decrypt for each distinct seed in etcd with its old {@code key_id} and annotations.
     *
     * @throws BrokenRule if a seed comes back different
     */
    public synchronized void restart() {
        wire.close();
        wire = new ApiserverWire(socket, authority);
        seed = null;
        version = "";
        status();
        etcd.values().stream().distinct().forEach(this::unwrap);
    }

    private void unwrap(SealedSeed sealed) {
        ByteString plaintext = stub().decrypt(DecryptRequest.newBuilder()
                        .setCiphertext(sealed.ciphertext())
                        .setUid(UUID.randomUUID().toString())
                        .setKeyId(sealed.keyId())
                        .putAllAnnotations(sealed.annotations())
                        .build())
                .getPlaintext();
        if (!plaintext.equals(truth.get(sealed))) {
            throw new BrokenRule("Decrypt must give the seed that was encrypted under key_id `" + sealed.keyId()
                    + "`, it gave another");
        }
    }

    /** Calls {@link #status} again and again in the background until closed; the first failure ends it and is thrown by {@link #close}. */
    public synchronized void watch(Duration cadence) {
        watch = Thread.startVirtualThread(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    status();
                    LockSupport.parkNanos(cadence.toNanos());
                }
            } catch (RuntimeException | BrokenRule e) {
                if (!Thread.currentThread().isInterrupted()) {
                    watchFailure = e;
                }
            }
        });
    }

    /** The {@code key_id} of the seed in use, empty before the first. */
    public synchronized String keyId() {
        return seed == null ? "" : seed.keyId();
    }

    /** What etcd holds, by the Secret's name. */
    public synchronized Map<String, SealedSeed> etcd() {
        return Map.copyOf(etcd);
    }

    /** Puts a record into etcd as it is, for example one that was tampered with. Its seed is expected to be the original's. */
    public synchronized void plant(String secret, SealedSeed original, SealedSeed planted) {
        ByteString expected = truth.get(original);
        if (expected != null) {
            truth.put(planted, expected);
        }
        etcd.put(secret, planted);
    }

    @Override
    public void close() {
        Thread watching = watch;
        if (watching != null) {
            watching.interrupt();
            await().until(() -> !watching.isAlive());
        }
        wire.close();
        if (watchFailure != null) {
            throw new AssertionError("the Status loop of the apiserver failed", watchFailure);
        }
    }

    private KeyManagementServiceBlockingStub stub() {
        return KeyManagementServiceGrpc.newBlockingStub(wire.channel());
    }

    private ByteString randomSeed() {
        byte[] bytes = new byte[SEED_BYTES];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
