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
    private static final int SHORTEST = 16;

    /** A beginning is enough where the rest is known from a machine that waits; 64 bits of it cannot be met by chance. */
    EkFingerprint find(String said) throws FleetException {
        String hex = said.toLowerCase(Locale.ROOT).replaceAll("[: ]", "");
        List<EkFingerprint> begun = waiting.stream()
                .flatMap(NamedEk::fingerprints)
                .filter(ek -> hex.length() >= SHORTEST && ek.hex().startsWith(hex))
                .distinct()
                .toList();
        if (begun.size() == 1) {
            return begun.getFirst();
        }
        try {
            return EkFingerprint.parse(hex);
        } catch (IllegalArgumentException e) {
            throw new FleetException(
                    "no machine that waits has an EK that begins with '" + said + "' and at least " + SHORTEST
                            + " digits of it are needed; else give the whole fingerprint that 'kekkai node identity' shows on the machine, or its"
                            + " maker's list: 64, 68 or 100 hex digits",
                    e);
        }
    }

    private static Stream<EkFingerprint> fingerprints(Claimant claimant) {
        return Stream.of(claimant.ek(), EkFingerprint.parse(claimant.spki()));
    }
}
