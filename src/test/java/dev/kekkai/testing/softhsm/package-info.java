/** A real PKCS#11 module, SoftHSM2, with tokens made for a test. */
@NullMarked
package dev.kekkai.testing.softhsm;

import org.jspecify.annotations.NullMarked;
