package dev.kekkai.attestation.verdict;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One thing that is not as it must be. Everything in it is public: digests, names, numbers.
 *
 * @param reason stable
 * @param detail a sentence for a person: what it is about and what to do next
 * @param pcr which PCR, if it is about one
 * @param expected what would have been accepted; may be long
 * @param found what was there instead, if it can be said
 */
public record Finding(Reason reason, String detail, OptionalInt pcr, List<String> expected, Optional<String> found) {
    private static final int SHOWN = 3;

    public Finding {
        expected = List.copyOf(expected);
    }

    public static Finding of(Reason reason, String detail) {
        return new Finding(reason, detail, OptionalInt.empty(), List.of(), Optional.empty());
    }

    /** Where one value was expected and another one found. */
    public static Finding of(Reason reason, String detail, String expected, String found) {
        return new Finding(reason, detail, OptionalInt.empty(), List.of(expected), Optional.of(found));
    }

    public static Finding ofPcr(Reason reason, String detail, int pcr, List<String> expected, Optional<String> found) {
        return new Finding(reason, detail, OptionalInt.of(pcr), expected, found);
    }

    /** {@code pcr-mismatch: PCR 4: …; expected …; found …}. One line; of many expected values the first few. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(reason.code()).append(": ");
        pcr.ifPresent(index -> text.append("PCR ").append(index).append(": "));
        text.append(detail);
        if (!expected.isEmpty()) {
            text.append("; expected ")
                    .append(String.join(" or ", expected.subList(0, Math.min(SHOWN, expected.size()))));
            if (expected.size() > SHOWN) {
                text.append(" or one of ").append(expected.size() - SHOWN).append(" more");
            }
        }
        found.ifPresent(value -> text.append("; found ").append(value));
        return text.toString();
    }
}
