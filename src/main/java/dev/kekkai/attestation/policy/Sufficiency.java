package dev.kekkai.attestation.policy;

import dev.kekkai.tpm.structure.HashAlg;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether rules prove anything at all, and what they leave open. Static roots of trust work as a chain: firmware (PCR 0, 2) measures the
 * boot loader (4) and whose signatures count (7), the loader measures the rest (8 and up). A PCR that later code extends is only worth
 * something if what came before it is known, because whoever booted anything else may extend what he likes into it.
 */
public final class Sufficiency {
    private static final Set<Integer> MEASURED_BY_FIRMWARE = Set.of(0, 2, 4, 7);
    private static final Set<Integer> FIRST_CODE = Set.of(0, 2, 4, 7, 17);
    private static final Set<Integer> LOADER_OR_KERNEL = Set.of(4, 8, 9, 11, 17, 18);
    private static final Set<Integer> RESETTABLE = Set.of(16, 23);

    private Sufficiency() {}

    /** Whether a zero in this PCR means that no firmware measured: 0, 2, 4 and 7. */
    static boolean provesNothingIfZero(int pcr) {
        return MEASURED_BY_FIRMWARE.contains(pcr);
    }

    /** Whether a dynamic launch resets this PCR: 17 to 22. Without one they are all ones, on every machine. */
    static boolean ofADynamicLaunch(int pcr) {
        return pcr >= 17 && pcr <= 22;
    }

    /** Why these rules prove nothing, or empty if they prove something. */
    static Optional<String> objection(Collection<Rule> rules) {
        Set<Integer> pinned = pinned(rules);
        pinned.removeAll(RESETTABLE);
        if (pinned.isEmpty()) {
            return Optional.of(
                    "no rule pins a PCR: one with accepted values, or one that allows nothing else in the log, is"
                            + " needed, and PCR 16 and 23 do not count, for anybody can reset them");
        }
        if (pinned.equals(Set.of(7))) {
            return Optional.of(
                    "PCR 7 alone proves too little: every system that is signed by the same keys has it, live"
                            + " media included; add PCR 4, 8, 9 or 11");
        }
        if (pinned.stream().noneMatch(FIRST_CODE::contains)) {
            return Optional.of(
                    "no rule pins what ran first (PCR 0, 2, 4, 7 or 17), so whatever ran instead may have extended"
                            + " the others as it liked; add PCR 4 or 7");
        }
        return Optional.empty();
    }

    /** What the rules leave open, for a person. */
    static List<String> weaknesses(Collection<Rule> rules, HashAlg bank) {
        Set<Integer> pinned = pinned(rules);
        List<String> weaknesses = new ArrayList<>();
        if (pinned.stream().noneMatch(LOADER_OR_KERNEL::contains)) {
            weaknesses.add(
                    "no rule pins the boot loader or kernel (PCR 4, 8, 9, 11, 17 or 18): any other system passes that the"
                            + " firmware boots");
        }
        if (!pinned.contains(0) && !pinned.contains(17)) {
            weaknesses.add("no rule pins the firmware (PCR 0): an old version with known holes passes");
        }
        if (bank == HashAlg.SHA1) {
            weaknesses.add(
                    "the bank is SHA-1, for which two boot loaders with one digest can be made; use sha256 if the"
                            + " TPM has it");
        }
        return weaknesses;
    }

    private static Set<Integer> pinned(Collection<Rule> rules) {
        Set<Integer> pinned = new TreeSet<>();
        rules.stream().filter(Rule::pins).forEach(rule -> pinned.add(rule.pcr()));
        return pinned;
    }
}
