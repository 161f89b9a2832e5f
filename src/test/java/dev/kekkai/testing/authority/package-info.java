/** A signing key in memory, and notaries that use it. */
@NullMarked
package dev.kekkai.testing.authority;

import org.jspecify.annotations.NullMarked;
