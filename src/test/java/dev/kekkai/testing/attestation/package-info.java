/** Evidence made by hand, for what no honest TPM says: quotes by a key in software, event logs, certificates. */
@NullMarked
package dev.kekkai.testing.attestation;

import org.jspecify.annotations.NullMarked;
