/**
 * The authority chain: what grants power over keys is an append-only, hash-chained log whose head is signed by a key in the HSM, so that
 * writing to the database grants nothing. {@code docs/authority.md} has the format, and what it protects from.
 *
 * <p>An entry is
 *
 * <pre>
 * entry     = LP("kekkai/authority/1") | chain 16 | serial u64 | previous 32 | time u64 | LP(kind) | LP(body)
 * hash      = SHA-256(entry)                     previous = hash of the entry before, 32 zero bytes in the first
 * signed    = LP("kekkai/authority/head/1") | chain 16 | serial u64 | hash 32
 * signature = ECDSA P-256 over SHA-256(signed), r | s of 32 bytes each
 * </pre>
 *
 * <p>with numbers in big-endian order, times in milliseconds since 1970, and LP a u32 length and the bytes. Entries are kept for as long as
 * the store; a later version of Kekkai may know more kinds, and one that meets a kind it does not know says so and changes nothing. The test vectors
 * are in {@code src/test/resources/authority}, made by other code.
 *
 * <p>All here is pure but for {@link dev.kekkai.authority.ChainNotary}, which asks the HSM and this host's memory.
 */
@NullMarked
package dev.kekkai.authority;

import org.jspecify.annotations.NullMarked;
