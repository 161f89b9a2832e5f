/** The port to whatever keeps KEKs: seal, open, sign, and the making and checking of key objects. Nothing vendor-specific. */
@NullMarked
package dev.kekkai.custody;

import org.jspecify.annotations.NullMarked;
