/** What Jazzer throws bytes at: each parser of bytes that come from a TPM. A parser gives a value or one of its own exceptions, nothing else. */
@NullMarked
package dev.kekkai.tpm.fuzz;

import org.jspecify.annotations.NullMarked;
