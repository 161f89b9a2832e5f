package dev.kekkai.attestation;

/**
 * What a node sends to be judged, as it came over the wire. Nothing in it was checked.
 *
 * @param attest TPMS_ATTEST, the bytes that were signed
 * @param signature TPMT_SIGNATURE
 * @param pcrValues the digests of the selected PCRs one after the other, ascending, and nothing else
 * @param eventLog as the firmware left it, or empty if there is none
 */
public record Evidence(byte[] attest, byte[] signature, byte[] pcrValues, byte[] eventLog) {}
