package dev.kekkai.audit;

import java.util.UUID;

/** A trail whose records are chained by their hashes. */
public interface ChainedTrail extends AuditTrail {
    /** Whose chain it is. */
    UUID replica();

    /** The last record that was written. */
    ChainHead head();

    /** The last record that was there when the trail was opened; {@link ChainHead#NONE} if there was none. */
    ChainHead opened();

    /**
     * Reads what was there when the trail was opened, from a record on. Takes as long as reading a file or some.
     *
     * @throws AuditException if the files cannot be read
     */
    LookBack lookBack(long seq) throws AuditException;
}
