package dev.kekkai.dek;

import dev.kekkai.id.KeyId;

/**
 * A wrapped DEK.
 *
 * @param keyId of the version that wrapped it
 * @param envelope the ciphertext, in the format of {@code dev.kekkai.envelope}
 */
public record WrappedDek(KeyId keyId, byte[] envelope) {}
