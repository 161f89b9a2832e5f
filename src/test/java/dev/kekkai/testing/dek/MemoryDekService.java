package dev.kekkai.testing.dek;

import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekService;
import dev.kekkai.dek.Health;
import dev.kekkai.dek.Status;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.secret.Secret;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A DekService without keys worth the name: the "envelope" is the version id and the DEK XORed with that id. Remembers what it was asked, fails or
 * waits on demand.
 */
public final class MemoryDekService implements DekService {
    private final Map<KeyId, VersionId> versions = new ConcurrentHashMap<>();
    private final List<WrapRequest> wraps = new CopyOnWriteArrayList<>();
    private final List<UnwrapRequest> unwraps = new CopyOnWriteArrayList<>();
    private final List<Secret> unwrapped = new CopyOnWriteArrayList<>();
    private volatile Status status = new Status(new KeyId("none"), 0, new Health.Healthy(Duration.ZERO));
    private volatile Optional<Throwable> failure = Optional.empty();
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);
    private volatile Runnable whenAsked = () -> {};
    private volatile int padding;

    public MemoryDekService() {
        rotate();
    }

    /** Activates a new version; the older ones go on unwrapping, and wrapping for those who were told of them. */
    public synchronized KeyId rotate() {
        byte[] id = new byte[VersionId.LENGTH];
        new SecureRandom().nextBytes(id);
        long epoch = status.epoch() + 1;
        KeyId keyId = KeyId.of(VersionId.of(id), epoch);
        versions.put(keyId, VersionId.of(id));
        status = new Status(keyId, epoch, status.health());
        return keyId;
    }

    public synchronized void health(Health health) {
        status = new Status(status.keyId(), status.epoch(), health);
    }

    /** From now on every wrap and unwrap fails with this; thrown, not in the stage, if it is a RuntimeException. */
    public void failWith(Throwable cause) {
        failure = Optional.of(cause);
    }

    /** From now on wraps and unwraps wait until the gate is completed. */
    public CompletableFuture<Void> hold() {
        gate = new CompletableFuture<>();
        return gate;
    }

    /** Runs on the thread of each call, before it. */
    public void whenAsked(Runnable observer) {
        whenAsked = observer;
    }

    /** Makes every envelope longer by so many bytes. */
    public void padEnvelopes(int bytes) {
        padding = bytes;
    }

    public List<WrapRequest> wraps() {
        return wraps;
    }

    public List<UnwrapRequest> unwraps() {
        return unwraps;
    }

    /** The secrets it gave away. */
    public List<Secret> unwrapped() {
        return unwrapped;
    }

    @Override
    public Status status(TenantId tenant) throws DekException {
        return status;
    }

    @Override
    public CompletionStage<WrappedDek> wrap(WrapRequest request) {
        whenAsked.run();
        wraps.add(request);
        return answer(() -> {
            KeyId keyId = request.told() == null ? status.keyId() : request.told();
            VersionId version = versions.get(keyId);
            if (version == null) {
                throw new DekException.StaleKey(status.keyId());
            }
            byte[] dek = request.dek().lent();
            return new WrappedDek(
                    keyId,
                    ByteBuffer.allocate(VersionId.LENGTH + dek.length + padding)
                            .put(version.bytes())
                            .put(masked(dek, version))
                            .array());
        });
    }

    @Override
    public CompletionStage<Secret> unwrap(UnwrapRequest request) {
        whenAsked.run();
        unwraps.add(request);
        return answer(() -> {
            VersionId version = VersionId.of(Arrays.copyOf(request.envelope(), VersionId.LENGTH));
            boolean known = request.keyId() == null
                    ? versions.containsValue(version)
                    : version.equals(versions.get(request.keyId()));
            if (!known) {
                throw new DekException.UnknownKey("no version " + version);
            }
            byte[] box = Arrays.copyOfRange(request.envelope(), VersionId.LENGTH, request.envelope().length);
            Secret secret = Secret.owning(masked(box, version));
            unwrapped.add(secret);
            return secret;
        });
    }

    private static byte[] masked(byte[] bytes, VersionId version) {
        byte[] mask = version.bytes();
        byte[] masked = bytes.clone();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= mask[i % mask.length];
        }
        return masked;
    }

    private <T> CompletionStage<T> answer(Work<T> work) {
        Optional<Throwable> planned = failure;
        if (planned.orElse(null) instanceof RuntimeException unforeseen) {
            throw unforeseen;
        }
        return gate.thenCompose(opened -> {
            try {
                return planned.isPresent()
                        ? CompletableFuture.failedStage(planned.get())
                        : CompletableFuture.completedStage(work.run());
            } catch (DekException e) {
                return CompletableFuture.failedStage(e);
            }
        });
    }

    private interface Work<T> {
        T run() throws DekException;
    }
}
