/** The port to what is remembered about keys: which exist, in which state, never a key. */
@NullMarked
package dev.kekkai.store;

import org.jspecify.annotations.NullMarked;
