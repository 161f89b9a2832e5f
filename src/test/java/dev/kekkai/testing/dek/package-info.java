/** Doubles of the DEK port. */
@NullMarked
package dev.kekkai.testing.dek;

import org.jspecify.annotations.NullMarked;
