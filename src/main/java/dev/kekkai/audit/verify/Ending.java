package dev.kekkai.audit.verify;

import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.verify.Finding.Kind;
import java.util.List;

/**
 * Whether the last record that is there is the last that was written, as far as HSM and server know.
 *
 * @param end its number, or 0
 * @param file that it is in
 * @param line in that file
 */
record Ending(long end, String file, long line) {
    /** @param signed the highest record that the HSM signed, or 0 */
    void judge(long signed, Evidence evidence, List<Finding> findings) {
        if (signed > end) {
            findings.add(truncated("the HSM signed record ", signed));
        }
        long written = evidence.head().map(ChainHead::seq).orElse(0L);
        if (written > Math.max(end, signed)) {
            findings.add(truncated("the running server has written record ", written));
        }
    }

    private Finding truncated(String who, long seq) {
        return new Finding(
                Kind.TRUNCATED,
                file,
                line,
                end,
                "the trail ends with record " + end + ", and " + who + seq + ": at least " + (seq - end)
                        + " records were cut off");
    }
}
