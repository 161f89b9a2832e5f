package dev.kekkai.fleet;

import dev.kekkai.attestation.ek.EkFingerprint;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Finds the EK that an operator means.
 *
 * @param waiting machines of the tenant that wait for approval
 */
record NamedEk(List<Claimant> waiting) {
    /** Of a digest: whoever waits chose its own key, and could make one that begins with fewer of them. */
    private static final int SHORTEST = 32;
    /** A name begins with the algorithm of its digest (TPM 2.0 Part 1, §16), which is the same for all. */
    private static final int ALGORITHM = 4;

    /** A beginning is enough where the rest is known from a machine that waits: nobody makes another EK with the same 128 bits of a digest. */
    EkFingerprint find(String said) throws FleetException {
        String hex = said.toLowerCase(Locale.ROOT).replaceAll("[: ]", "");
        List<EkFingerprint> begun = waiting.stream()
                .flatMap(NamedEk::fingerprints)
                .filter(ek -> hex.length() >= shortest(ek) && ek.hex().startsWith(hex))
                .distinct()
                .toList();
        if (begun.size() == 1) {
            return begun.getFirst();
        }
        try {
            return EkFingerprint.parse(hex);
        } catch (IllegalArgumentException e) {
            throw new FleetException(
                    "no machine that waits has an EK that begins with '" + said + "', of which at least "
                            + (ALGORITHM + SHORTEST) + " digits are needed (" + SHORTEST
                            + " of its public key's SHA-256); else give the whole fingerprint that 'kekkai node identity' shows on the machine, or its"
                            + " maker's list: 64, 68 or 100 hex digits",
                    e);
        }
    }

    private static int shortest(EkFingerprint ek) {
        return ek.kind() == EkFingerprint.Kind.NAME ? ALGORITHM + SHORTEST : SHORTEST;
    }

    private static Stream<EkFingerprint> fingerprints(Claimant claimant) {
        return Stream.of(claimant.ek(), EkFingerprint.parse(claimant.spki()));
    }
}
