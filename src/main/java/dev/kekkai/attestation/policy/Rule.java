package dev.kekkai.attestation.policy;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.pcr.Selection;
import java.util.Set;

/** What one PCR must be. Rules on the log speak of digests alone: types and data of events are authenticated by nothing. */
public sealed interface Rule {
    /** From 0 to 23. */
    int pcr();

    /** At least one, all of one bank. */
    Set<Digest> digests();

    /** The quoted value is one of these. Needs no event log. */
    record Value(int pcr, Set<Digest> digests) implements Rule {
        /** @throws IllegalArgumentException if a value proves nothing */
        public Value {
            digests = checked(pcr, digests);
            if (Sufficiency.provesNothingIfZero(pcr) && digests.stream().anyMatch(Digest::isZero)) {
                throw new IllegalArgumentException(
                        "PCR " + pcr + " cannot be accepted as zero: that is the value of a TPM into which"
                                + " no firmware measured anything, so whoever resets one can show it");
            }
            if (Sufficiency.ofADynamicLaunch(pcr) && digests.stream().anyMatch(Digest::isAllOnes)) {
                throw new IllegalArgumentException(
                        "PCR " + pcr
                                + " cannot be accepted as all ones: that is its value on every machine that made no dynamic launch");
            }
        }
    }

    /** Whatever was extended into the PCR is one of these; in any order, and something was. */
    record LogAllows(int pcr, Set<Digest> digests) implements Rule {
        public LogAllows {
            digests = checkedOfLog(pcr, digests);
        }
    }

    /** One of these was extended into the PCR. Says nothing of what else was. */
    record LogRequires(int pcr, Set<Digest> digests) implements Rule {
        public LogRequires {
            digests = checkedOfLog(pcr, digests);
        }
    }

    /** None of these was extended into the PCR: boot loaders with a known hole, say. Says nothing of what was. */
    record LogForbids(int pcr, Set<Digest> digests) implements Rule {
        public LogForbids {
            digests = checkedOfLog(pcr, digests);
        }
    }

    /** Whether it needs an event log. */
    default boolean readsTheLog() {
        return !(this instanceof Value);
    }

    /** Whether nothing but what it names passes. */
    default boolean pins() {
        return this instanceof Value || this instanceof LogAllows;
    }

    /** A dynamic launch resets PCR 17 to 22 to zero and is in no event log, so what is replayed of them says nothing of one. */
    private static Set<Digest> checkedOfLog(int pcr, Set<Digest> digests) {
        if (Sufficiency.ofADynamicLaunch(pcr)) {
            throw new IllegalArgumentException("PCR " + pcr
                    + " has no rules on the event log: a dynamic launch is not in it; use accepted values");
        }
        return checked(pcr, digests);
    }

    private static Set<Digest> checked(int pcr, Set<Digest> digests) {
        if (pcr < 0 || pcr > Selection.LAST) {
            throw new IllegalArgumentException("a rule is about a PCR from 0 to " + Selection.LAST + ", not " + pcr);
        }
        if (digests.stream().map(Digest::bank).distinct().count() != 1) {
            throw new IllegalArgumentException(
                    "a rule on PCR " + pcr + " needs at least one digest, and all of one bank");
        }
        return Set.copyOf(digests);
    }
}
