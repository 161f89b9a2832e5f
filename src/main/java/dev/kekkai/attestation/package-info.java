/**
 * Judges what a node's TPM says: pure functions over raw bytes, no I/O, no clock, no state. The protocol and what is bound to what:
 * {@code docs/attestation.md}.
 *
 * <p>{@link dev.kekkai.attestation.Admission} looks at a claim, before any secret is made for it: which EK, which AK, which channel.
 * {@link dev.kekkai.attestation.credential.WrappedCredential} wraps a secret so that only the TPM with that EK opens it, and only for that
 * AK. {@link dev.kekkai.attestation.Transcript} binds the answer to both messages and to the TLS channel.
 * {@link dev.kekkai.attestation.QuoteVerifier} checks the quote in the one order that is laid down, and gives a
 * {@link dev.kekkai.attestation.verdict.Verdict}.
 */
@NullMarked
package dev.kekkai.attestation;

import org.jspecify.annotations.NullMarked;
