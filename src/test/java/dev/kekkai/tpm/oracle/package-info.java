/** Microsoft's TSS.Java as a second opinion on our codec, and the proof of why it is no more than that (docs/decisions/0012). */
@NullMarked
package dev.kekkai.tpm.oracle;

import org.jspecify.annotations.NullMarked;
