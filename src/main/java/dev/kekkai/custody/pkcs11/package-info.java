/**
 * KEKs in a PKCS#11 token. One thread owns one session, and resolves key handles once for it; nothing here is shared between threads but a
 * bounded queue. Built on the raw {@code C_} functions of the IAIK wrapper (org.xipki:ipkcs11wrapper), see docs/decisions/0003.
 */
@NullMarked
package dev.kekkai.custody.pkcs11;

import org.jspecify.annotations.NullMarked;
