package dev.kekkai.audit;

import java.util.UUID;

/** A trail whose records are chained by their hashes. */
public interface ChainedTrail extends AuditTrail {
    /** Whose chain it is. */
    UUID replica();

    /** The last record that was written. */
    ChainHead head();
}
