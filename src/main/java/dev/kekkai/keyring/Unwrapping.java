package dev.kekkai.keyring;

import dev.kekkai.batching.Batcher;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekException.KeyRefused;
import dev.kekkai.dek.DekException.Malformed;
import dev.kekkai.dek.DekException.UnknownKey;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.Header;
import dev.kekkai.envelope.MalformedEnvelopeException;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.VersionId;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.StoredVersion;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Unwraps an envelope: parse, find the one version it names, check that it may be used, open. Nothing is ever tried with several keys. */
final class Unwrapping {
    private final Batcher batcher;

    Unwrapping(Batcher batcher) {
        this.batcher = batcher;
    }

    static Envelope parse(byte[] bytes) throws Malformed {
        try {
            return Envelope.parse(bytes);
        } catch (MalformedEnvelopeException e) {
            throw new Malformed("the ciphertext is not an envelope of Kekkai: " + e.getMessage());
        }
    }

    /** @param asked is told what the batcher promised, as soon as it did */
    CompletionStage<Secret> unwrap(
            Keyring keyring,
            Snapshot snapshot,
            Envelope envelope,
            UnwrapRequest request,
            Consumer<CompletableFuture<?>> asked)
            throws DekException {
        Header header = envelope.header();
        StoredVersion version = snapshot.versions().get(header.version());
        if (version == null) {
            throw new UnknownKey("the ciphertext was made by KEK version " + header.version()
                    + ", which this keyring does not have; if it is on the token, 'kekkai key adopt' registers it");
        }
        boolean toLearn = provenJustNow(keyring, snapshot, request, version);
        checkUsable(version);
        if (header.mechanism() != version.kek().mechanism()) {
            throw new Malformed("the ciphertext says mechanism " + header.mechanism() + " and its KEK version "
                    + header.version() + " seals by " + version.kek().mechanism());
        }
        CompletableFuture<Secret> opened = batcher.unwrap(version.kek(), envelope, request.deadline());
        asked.accept(opened);
        KeyId keyId = request.keyId();
        if (toLearn && keyId != null) {
            CompletableFuture<Void> unused = opened.thenRun(() -> keyring.learn(keyId, header.version()));
        }
        return opened;
    }

    /** Checks that the request's {@code key_id} is the version's; answers whether that had to be proved and is worth remembering. */
    private static boolean provenJustNow(
            Keyring keyring, Snapshot snapshot, UnwrapRequest request, StoredVersion version) throws DekException {
        KeyId keyId = request.keyId();
        if (keyId == null) {
            return false;
        }
        VersionId named = version.kek().version();
        Optional<VersionId> known = keyring.versionOf(snapshot, keyId);
        if (known.isPresent()
                ? known.get().equals(named)
                : keyring.provenBySearch(snapshot, keyId, version, request.deadline())) {
            return known.isEmpty();
        }
        throw new UnknownKey("the request's key_id does not belong to KEK version " + named
                + ", which made the ciphertext: the two were not stored together");
    }

    private static void checkUsable(StoredVersion version) throws KeyRefused {
        switch (version.state()) {
            case ACTIVE, RETIRED -> {}
            case PREPARED ->
                throw new KeyRefused(
                        "KEK version " + version.kek().version() + " was never activated, so it wrapped nothing");
            case DISABLED ->
                throw new KeyRefused(
                        "KEK version " + version.kek().version() + " is DISABLED: an operator must enable it");
            case DESTROYED ->
                throw new KeyRefused(
                        "KEK version " + version.kek().version() + " is DESTROYED; what it wrapped is lost");
        }
    }
}
