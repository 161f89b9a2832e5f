/** Nodes without a database. */
@NullMarked
package dev.kekkai.testing.fleet;

import org.jspecify.annotations.NullMarked;
