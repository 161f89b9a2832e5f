package dev.kekkai.store;

import java.util.UUID;

/**
 * The furthest that this host has ever seen an authority chain.
 *
 * @param chain which chain
 * @param serial of its last entry
 * @param hash of that entry
 */
public record SeenHead(UUID chain, long serial, byte[] hash) {}
