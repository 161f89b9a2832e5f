package dev.kekkai.attestation.ek;

import java.math.BigInteger;
import java.util.BitSet;

/**
 * Knows RSA keys that Infineon's library made before 2017 (CVE-2017-15361): each of their primes is a power of 65537 modulo a product of small primes, so
 * the modulus is one modulo each of these, and can be factored. Of keys made otherwise, one in some hundred million looks so (Nemec et al., "The Return
 * of Coppersmith's Attack", CCS 2017, §2.3 and §5.1).
 */
final class Roca {
    private static final int GENERATOR = 65_537;
    /** Those that the product has for keys of every length; 2 says nothing of an odd number. */
    private static final int[] PRIMES = {
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
        113, 127, 131, 137, 139, 149, 151, 157, 163, 167
    };

    private Roca() {}

    static boolean made(BigInteger modulus) {
        for (int prime : PRIMES) {
            int residue = modulus.mod(BigInteger.valueOf(prime)).intValueExact();
            if (!powers(prime).get(residue)) {
                return false;
            }
        }
        return true;
    }

    private static BitSet powers(int prime) {
        BitSet powers = new BitSet(prime);
        for (int power = 1; !powers.get(power); power = power * (GENERATOR % prime) % prime) {
            powers.set(power);
        }
        return powers;
    }
}
