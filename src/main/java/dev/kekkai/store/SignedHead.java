package dev.kekkai.store;

/**
 * What vouches for the authority chain.
 *
 * @param serial of the last entry
 * @param hash of the last entry, 32 bytes of SHA-256
 * @param signature over both and the chain's name, by a key in the HSM
 */
public record SignedHead(long serial, byte[] hash, byte[] signature) {}
