package dev.kekkai.keyring;

import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.WrapOrder;
import dev.kekkai.custody.Kek;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekException.KeyRefused;
import dev.kekkai.dek.DekException.Malformed;
import dev.kekkai.dek.DekException.StaleKey;
import dev.kekkai.dek.DekException.Unavailable;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.EnvelopeLength;
import dev.kekkai.envelope.Layout;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Wraps a DEK: which version, and may it; the rest is the batcher's. */
final class Wrapping {
    /** How long a version that was replaced still wraps for callers who have not asked Status since. */
    private static final Duration GRACE = Duration.ofMinutes(5);

    private final Batcher batcher;
    private final InstantSource clock;

    Wrapping(Batcher batcher, InstantSource clock) {
        this.batcher = batcher;
        this.clock = clock;
    }

    /** The version a request is to be wrapped by. */
    StoredVersion choose(Snapshot snapshot, WrapRequest request) throws StaleKey {
        KeyId told = request.told();
        if (told == null || told.equals(snapshot.keyId())) {
            return snapshot.active();
        }
        var version = snapshot.keyIds().get(told);
        StoredVersion known = version == null ? null : snapshot.versions().get(version);
        if (known == null || !stillWraps(known)) {
            throw new StaleKey(snapshot.keyId());
        }
        return known;
    }

    private boolean stillWraps(StoredVersion version) {
        Instant retired = version.retired();
        return version.state() == KeyState.RETIRED
                && retired != null
                && clock.instant().isBefore(retired.plus(GRACE));
    }

    /** @param asked is told what the batcher promised, as soon as it did */
    CompletionStage<WrappedDek> wrap(
            Keyring keyring,
            KeyId keyId,
            StoredVersion version,
            WrapRequest request,
            Consumer<CompletableFuture<?>> asked)
            throws DekException {
        Kek kek = version.kek();
        int longest = EnvelopeLength.maxDek(Layout.SINGLE, kek.mechanism());
        if (request.dek().length() < 1 || request.dek().length() > longest) {
            throw new Malformed(
                    "a DEK has 1 to " + longest + " bytes, not " + request.dek().length());
        }
        CompletableFuture<byte[]> sealed =
                batcher.wrap(new WrapOrder(kek, request.dek(), request.deadline(), () -> take(keyring, version)));
        asked.accept(sealed);
        CompletableFuture<WrappedDek> wrapped = sealed.thenApply(envelope -> new WrappedDek(keyId, envelope));
        // A stage that is cancelled does not tell the one it came from, and the HSM is to do nothing for a caller who
        // is gone.
        CompletableFuture<WrappedDek> unused = wrapped.whenComplete((result, failure) -> {
            if (wrapped.isCancelled()) {
                sealed.cancel(false);
            }
        });
        return wrapped;
    }

    private static void take(Keyring keyring, StoredVersion version) throws DekException {
        VersionId id = version.kek().version();
        switch (keyring.use(version)) {
            case GRANTED -> {}
            case NOT_NOW ->
                throw new Unavailable("uses of KEK version " + id + " are being reserved in the store; try again");
            case NEVER_AGAIN ->
                throw new KeyRefused("KEK version " + id
                        + " has had all its uses (2^32): run 'kekkai key rotate' for a new version");
        }
    }
}
