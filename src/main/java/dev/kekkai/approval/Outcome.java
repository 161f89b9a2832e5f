package dev.kekkai.approval;

import dev.kekkai.id.ApprovalId;
import dev.kekkai.keyring.Change;
import java.util.Optional;

/**
 * What became of an order, or of a decision.
 *
 * @param change what was done, or would be; also an entry of the authority chain counts as a change
 * @param approval the request that it led to, or is about
 * @param waiting whether it now waits for others
 */
public record Outcome(Change change, Optional<ApprovalId> approval, boolean waiting) {
    static Outcome done(Change change) {
        return new Outcome(change, Optional.empty(), false);
    }
}
