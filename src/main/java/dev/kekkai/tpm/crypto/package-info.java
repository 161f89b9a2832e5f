/** Key derivation and secret exchange of TPM 2.0 (Library Part 1, §11.4 and Annexes B and C), on the JDK's primitives. */
@NullMarked
package dev.kekkai.tpm.crypto;

import org.jspecify.annotations.NullMarked;
