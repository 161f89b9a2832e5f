/**
 * The firmware's event log (TCG PC Client Platform Firmware Profile §10): what was extended into which PCR, in which order.
 *
 * <p>A log proves nothing by itself. Replayed, it must give the PCR values that the TPM signed; then its <em>digests</em> are as good as
 * those values. Nothing else in it is: neither types nor data of events are authenticated by a PCR, so neither is kept here, and no policy
 * can rely on them.
 */
@NullMarked
package dev.kekkai.attestation.eventlog;

import org.jspecify.annotations.NullMarked;
