package dev.kekkai.testing.apiserver;

import com.google.protobuf.ByteString;
import dev.kekkai.wire.kms.v1beta1.DecryptRequest;
import dev.kekkai.wire.kms.v1beta1.EncryptRequest;
import dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.KeyManagementServiceBlockingStub;
import dev.kekkai.wire.kms.v1beta1.VersionRequest;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;

/** kube-apiserver with KMS v1: a fresh DEK and one Encrypt for every write, one Decrypt for every Secret at a restart, a 4-byte health probe. */
public final class ApiserverV1Simulator implements AutoCloseable {
    private static final String VERSION = "v1beta1";
    private static final int DEK_BYTES = 32;
    private static final int MAX_CIPHER = 65_534;
    private static final ByteString PING = ByteString.copyFromUtf8("ping");

    private final Path socket;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Stored> etcd = new LinkedHashMap<>();
    private ApiserverWire wire;

    private ApiserverV1Simulator(Path socket) {
        this.socket = socket;
        this.wire = new ApiserverWire(socket, Authority.ENCODED_PATH);
    }

    /** Connects at the first call, with the percent-encoded path as {@code :authority}. */
    public static ApiserverV1Simulator connect(Path socket) {
        return new ApiserverV1Simulator(socket);
    }

    /** The check before it is ready: Version must answer {@code v1beta1}. */
    public synchronized void start() {
        String version = stub().version(
                        VersionRequest.newBuilder().setVersion(VERSION).build())
                .getVersion();
        if (!VERSION.equals(version)) {
            throw new BrokenRule("VersionResponse.version must be v1beta1, it is `" + version + "`");
        }
    }

    /** The health probe: encrypts and decrypts {@code ping}. */
    public synchronized void ping() {
        ByteString back = decrypt(encrypt(PING));
        if (!back.equals(PING)) {
            throw new BrokenRule("the health probe must get `ping` back, it got " + back.size() + " other bytes");
        }
    }

    /** Writes a Secret: one Encrypt of a fresh DEK. */
    public synchronized void write(String secret) {
        byte[] dek = new byte[DEK_BYTES];
        random.nextBytes(dek);
        ByteString plain = ByteString.copyFrom(dek);
        etcd.put(secret, new Stored(encrypt(plain), plain));
    }

    /** Restarts: a new connection, Version, then one Decrypt for each Secret. */
    public synchronized void restart() {
        wire.close();
        wire = new ApiserverWire(socket, Authority.ENCODED_PATH);
        start();
        etcd.forEach((name, stored) -> {
            if (!decrypt(stored.cipher()).equals(stored.dek())) {
                throw new BrokenRule("Decrypt must give the DEK of Secret " + name + ", it gave another");
            }
        });
    }

    /** The ciphertext in etcd of a Secret that was written. */
    public synchronized ByteString cipher(String secret) {
        return etcd.get(secret).cipher();
    }

    private ByteString encrypt(ByteString plain) {
        ByteString cipher = stub().encrypt(EncryptRequest.newBuilder()
                        .setVersion(VERSION)
                        .setPlain(plain)
                        .build())
                .getCipher();
        if (cipher.isEmpty() || cipher.size() > MAX_CIPHER) {
            throw new BrokenRule("EncryptResponse.cipher must have 1 to 65534 bytes, it has " + cipher.size());
        }
        return cipher;
    }

    private ByteString decrypt(ByteString cipher) {
        return stub().decrypt(DecryptRequest.newBuilder()
                        .setVersion(VERSION)
                        .setCipher(cipher)
                        .build())
                .getPlain();
    }

    private KeyManagementServiceBlockingStub stub() {
        return KeyManagementServiceGrpc.newBlockingStub(wire.channel());
    }

    @Override
    public void close() {
        wire.close();
    }

    private record Stored(ByteString cipher, ByteString dek) {}
}
