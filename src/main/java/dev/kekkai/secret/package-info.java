/** The one type in which raw key bytes travel: destroyable, and silent about what it holds. */
@NullMarked
package dev.kekkai.secret;

import org.jspecify.annotations.NullMarked;
