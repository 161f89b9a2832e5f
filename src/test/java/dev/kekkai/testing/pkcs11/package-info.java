/** A PKCS#11 module of ours that forwards to a real one and fails when told to. */
@NullMarked
package dev.kekkai.testing.pkcs11;

import org.jspecify.annotations.NullMarked;
