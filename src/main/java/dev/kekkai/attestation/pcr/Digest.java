package dev.kekkai.attestation.pcr;

import dev.kekkai.tpm.structure.HashAlg;
import java.util.HexFormat;

/**
 * A PCR's value, or what was extended into one. Public data: it may be logged and shown.
 *
 * @param bank whose hash it is
 * @param hex lower case, as long as the bank's digests are
 */
public record Digest(HashAlg bank, String hex) {
    /** @throws IllegalArgumentException if it is not lower-case hex of the bank's length */
    public Digest {
        if (!hex.matches("[0-9a-f]*") || hex.length() != 2 * bank.length()) {
            throw new IllegalArgumentException("a digest of the bank " + BankName.of(bank) + " has " + 2 * bank.length()
                    + " lower-case hex digits: '" + hex.substring(0, Math.min(hex.length(), 130)) + "' is none");
        }
    }

    /**
     * From raw bytes.
     *
     * @throws IllegalArgumentException if the length is not the bank's
     */
    public static Digest of(HashAlg bank, byte[] bytes) {
        return new Digest(bank, HexFormat.of().formatHex(bytes));
    }

    /** A new array. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    /** Whether nothing was ever measured into the PCR that has this value. */
    public boolean isZero() {
        return hex.chars().allMatch(digit -> digit == '0');
    }

    /** Whether every bit is one: PCR 17 to 22 before any dynamic launch. */
    public boolean isAllOnes() {
        return hex.chars().allMatch(digit -> digit == 'f');
    }

    @Override
    public String toString() {
        return hex;
    }
}
