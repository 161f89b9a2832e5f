package dev.kekkai.attestation.pcr;

import dev.kekkai.tpm.structure.HashAlg;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which PCRs of which bank are quoted.
 *
 * @param pcrs from 0 to 23, at least one, ascending
 */
public record Selection(HashAlg bank, SortedSet<Integer> pcrs) {
    /** The highest PCR of a PC Client TPM. */
    public static final int LAST = 23;

    /** @throws IllegalArgumentException if there is no PCR, or one that a TPM does not have */
    public Selection {
        if (pcrs.isEmpty() || pcrs.first() < 0 || pcrs.last() > LAST) {
            throw new IllegalArgumentException("a selection has PCRs from 0 to " + LAST + ", at least one: " + pcrs);
        }
        pcrs = Collections.unmodifiableSortedSet(new TreeSet<>(pcrs));
    }

    public static Selection of(HashAlg bank, Collection<Integer> pcrs) {
        return new Selection(bank, new TreeSet<>(pcrs));
    }

    /** {@code sha256:0,2,4,7}. */
    @Override
    public String toString() {
        return BankName.of(bank) + ":" + pcrs.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
