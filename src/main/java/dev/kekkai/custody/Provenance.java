package dev.kekkai.custody;

/**
 * What a token says of a key object's history (PKCS#11 v3.0 §4.10). Recorded at creation and compared at every start.
 *
 * @param local {@code CKA_LOCAL}: generated on the token
 * @param alwaysSensitive {@code CKA_ALWAYS_SENSITIVE}
 * @param neverExtractable {@code CKA_NEVER_EXTRACTABLE}
 */
public record Provenance(boolean local, boolean alwaysSensitive, boolean neverExtractable) {
    /** Born on the token and never able to leave it. */
    public static final Provenance BORN_INSIDE = new Provenance(true, true, true);

    /** What can be said of two objects together. */
    public Provenance and(Provenance other) {
        return new Provenance(
                local && other.local,
                alwaysSensitive && other.alwaysSensitive,
                neverExtractable && other.neverExtractable);
    }
}
