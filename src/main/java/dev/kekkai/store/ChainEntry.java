package dev.kekkai.store;

/**
 * An entry of the authority chain as it is kept.
 *
 * @param serial its place; grows strictly
 * @param bytes in the canonical form, which a store need not understand
 */
public record ChainEntry(long serial, byte[] bytes) {}
