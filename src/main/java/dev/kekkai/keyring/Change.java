package dev.kekkai.keyring;

import dev.kekkai.store.StoredVersion;
import java.util.List;

/**
 * What became of an order.
 *
 * @param changed whether anything was changed; false after a dry run, and where all had been done before
 * @param said a sentence for the operator: what was done, or would be, and what comes next
 * @param versions those it concerns, as they are stored now
 */
public record Change(boolean changed, String said, List<StoredVersion> versions) {
    public Change {
        versions = List.copyOf(versions);
    }

    static Change done(String said, StoredVersion... versions) {
        return new Change(true, said, List.of(versions));
    }

    static Change none(String said, StoredVersion... versions) {
        return new Change(false, said, List.of(versions));
    }
}
