/** Databases of both kinds, and what somebody who can write to them can do. */
@NullMarked
package dev.kekkai.testing.store;

import org.jspecify.annotations.NullMarked;
