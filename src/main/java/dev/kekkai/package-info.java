/** Kekkai, a KMS gateway for on-prem HSMs. */
@NullMarked
package dev.kekkai;

import org.jspecify.annotations.NullMarked;
