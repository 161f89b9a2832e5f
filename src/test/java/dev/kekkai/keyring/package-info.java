/** Tests of keyrings in a real store, with an HSM in memory. */
@NullMarked
package dev.kekkai.keyring;

import org.jspecify.annotations.NullMarked;
