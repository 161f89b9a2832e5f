/**
 * Lets DEKs that wait at the same moment for the same KEK version share one operation of the custodian.
 *
 * <p>{@link dev.kekkai.batching.Batcher} is the door. No timer holds anything up: while fewer operations are under way than there are
 * lanes, a request goes straight to the custodian on its caller's thread; what comes while all lanes are busy waits, and the next lane
 * that is free takes all of it. One request becomes an envelope of the single layout; several share a batch key of 32 random bytes
 * ({@code docs/envelope.md}). Opens of one box that come together share one operation too, and no key is kept for those that come later.
 *
 * <p>Custodian operations are given out in turn among keyrings, and within a keyring among its versions and its opens. All that waits
 * is bounded, for each keyring and overall; what is over the bound is refused at once.
 *
 * <p>How long raw keys live: a batch key from the moment its batch is made until its last leaf is sealed, whatever becomes of it; the key
 * from an opened box until the leaves of all who waited for it are opened; never past a failure, a retry or a cancellation. What of
 * them remains in memory where no Java program can reach it is written down in {@code docs/decisions/0010-batching.md}.
 */
@NullMarked
package dev.kekkai.batching;

import org.jspecify.annotations.NullMarked;
