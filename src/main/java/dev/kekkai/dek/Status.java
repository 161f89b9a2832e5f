package dev.kekkai.dek;

import dev.kekkai.id.KeyId;

/**
 * What a caller is told before it wraps.
 *
 * @param keyId of the ACTIVE version; stays the last one known while the HSM is lost
 * @param epoch of its activation; grows strictly within a lineage
 * @param health whether wraps can be expected to work
 */
public record Status(KeyId keyId, long epoch, Health health) {}
