/** Tests of the KMS edge over real sockets, with a DekService in memory. */
@NullMarked
package dev.kekkai.kms;

import org.jspecify.annotations.NullMarked;
