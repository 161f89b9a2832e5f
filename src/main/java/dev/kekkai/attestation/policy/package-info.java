/**
 * What a group of nodes may have booted: alternatives in terms of raw PCR values or of the event log's digests, a floor for the TPM's
 * firmware, and how much an EK must be worth.
 *
 * <p>A policy that proves nothing cannot be made: see {@link dev.kekkai.attestation.policy.Sufficiency}. One that proves little says so.
 */
@NullMarked
package dev.kekkai.attestation.policy;

import org.jspecify.annotations.NullMarked;
