/** Stands in for an HSM where a fault or a moment is needed that a real one does not give on demand. */
@NullMarked
package dev.kekkai.testing.custody;

import org.jspecify.annotations.NullMarked;
