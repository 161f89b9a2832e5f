package dev.kekkai.attestation.pcr;

import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The values of the selected PCRs as the node reports them. They prove nothing until a quote's digest over them was checked.
 *
 * @param selection what was asked for
 * @param byPcr a digest of the selection's bank for each of its PCRs
 */
public record PcrValues(Selection selection, SortedMap<Integer, Digest> byPcr) {
    /** @throws IllegalArgumentException if a value is missing, too many, or of another bank */
    public PcrValues {
        if (!byPcr.keySet().equals(selection.pcrs())
                || byPcr.values().stream().anyMatch(value -> value.bank() != selection.bank())) {
            throw new IllegalArgumentException("these are not the values of " + selection + ": " + byPcr.keySet());
        }
        byPcr = Collections.unmodifiableSortedMap(new TreeMap<>(byPcr));
    }

    /**
     * Reads values that come from anywhere: the digests one after the other, in the order of the selection and nothing else.
     *
     * @return empty if the length is another than the selection's
     */
    public static Optional<PcrValues> parse(Selection selection, byte[] joined) {
        int length = selection.bank().length();
        if (joined.length != length * selection.pcrs().size()) {
            return Optional.empty();
        }
        SortedMap<Integer, Digest> values = new TreeMap<>();
        int at = 0;
        for (int pcr : selection.pcrs()) {
            values.put(pcr, Digest.of(selection.bank(), Arrays.copyOfRange(joined, at, at + length)));
            at += length;
        }
        return Optional.of(new PcrValues(selection, values));
    }

    /** What {@link #parse} reads. */
    public byte[] join() {
        byte[] joined = new byte[selection.bank().length() * byPcr.size()];
        int at = 0;
        for (Digest value : byPcr.values()) {
            System.arraycopy(value.bytes(), 0, joined, at, selection.bank().length());
            at += selection.bank().length();
        }
        return joined;
    }

    /**
     * Of one PCR.
     *
     * @throws IllegalArgumentException if it was not selected
     */
    public Digest value(int pcr) {
        Digest value = byPcr.get(pcr);
        if (value == null) {
            throw new IllegalArgumentException("PCR " + pcr + " is not in " + selection);
        }
        return value;
    }
}
