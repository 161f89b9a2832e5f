package dev.kekkai.attestation.ek;

import dev.kekkai.tpm.structure.HashAlg;
import java.util.HexFormat;

/**
 * What an operator approves: one EK, by its TPM name or by its public key. Public data.
 *
 * @param kind what was hashed
 * @param hex lower case
 */
public record EkFingerprint(Kind kind, String hex) {
    /** Makers ship one or the other. */
    public enum Kind {
        /** The TPM's name of the EK, {@code nameAlg ‖ digest of its public area}: 34 or 50 bytes. */
        NAME,
        /** SHA-256 of its SubjectPublicKeyInfo, as it stands in the certificate: 32 bytes. */
        SPKI
    }

    /** @throws IllegalArgumentException if it is not lower-case hex of a length that the kind has */
    public EkFingerprint {
        int bytes = hex.length() / 2;
        boolean fits = kind == Kind.SPKI ? bytes == 32 : bytes == 34 || bytes == 50;
        if (!hex.matches("([0-9a-f]{2})*") || !fits) {
            throw new IllegalArgumentException(
                    "an EK's fingerprint is the hex of its name (68 or 100 lower-case digits) or of the"
                            + " SHA-256 of its SubjectPublicKeyInfo (64)");
        }
    }

    /** Tells the kind by the length: 64 digits are an SPKI's hash. */
    public static EkFingerprint parse(String hex) {
        return new EkFingerprint(hex.length() == 64 ? Kind.SPKI : Kind.NAME, hex);
    }

    /** By its name. */
    public static EkFingerprint nameOf(EndorsementKey ek) {
        return new EkFingerprint(Kind.NAME, HexFormat.of().formatHex(ek.area().name()));
    }

    /** By its public key. */
    public static EkFingerprint spkiOf(EndorsementKey ek) {
        byte[] spki = ek.key().getEncoded();
        return new EkFingerprint(Kind.SPKI, HexFormat.of().formatHex(HashAlg.SHA256.digest(spki)));
    }

    public boolean matches(EndorsementKey ek) {
        return equals(kind == Kind.NAME ? nameOf(ek) : spkiOf(ek));
    }
}
