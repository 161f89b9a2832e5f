/** What the bench needs of the composition root. */
@NullMarked
package dev.kekkai.app;

import org.jspecify.annotations.NullMarked;
