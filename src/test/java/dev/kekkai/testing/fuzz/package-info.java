/** Jazzer, coverage-guided, in a process of its own. */
@NullMarked
package dev.kekkai.testing.fuzz;

import org.jspecify.annotations.NullMarked;
