/**
 * The node's side of attestation: it lets the TPM say who it is, open what was sealed to it, and sign what was booted. Nothing is stored and
 * nothing stays loaded: each call makes its keys anew from templates and flushes them. At most two objects and one session are in the TPM at
 * a time, so it works on {@code /dev/tpmrm0} and without a resource manager.
 */
@NullMarked
package dev.kekkai.attestation.prover;

import org.jspecify.annotations.NullMarked;
