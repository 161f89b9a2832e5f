/** The composition root: the only place that knows which adapter stands behind which port. */
@NullMarked
package dev.kekkai.app;

import org.jspecify.annotations.NullMarked;
