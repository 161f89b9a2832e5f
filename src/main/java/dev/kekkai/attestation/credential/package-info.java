/** Secrets for one TPM alone: what {@code TPM2_ActivateCredential} opens. */
@NullMarked
package dev.kekkai.attestation.credential;

import org.jspecify.annotations.NullMarked;
