/** Whose a file is, and who else could change it. */
@NullMarked
package dev.kekkai.files;

import org.jspecify.annotations.NullMarked;
