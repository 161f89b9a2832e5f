/** PCR values as values: banks, digests, selections. */
@NullMarked
package dev.kekkai.attestation.pcr;

import org.jspecify.annotations.NullMarked;
