/**
 * The ciphertext format. Pure functions over bytes; no I/O, no keys.
 */
@NullMarked
package dev.kekkai.envelope;

import org.jspecify.annotations.NullMarked;
