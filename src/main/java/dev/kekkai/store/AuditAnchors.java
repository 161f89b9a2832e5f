package dev.kekkai.store;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Where anchors of audit trails are kept, away from the trails. */
public interface AuditAnchors {
    /** Keeps one. An anchor that is there already is left as it is. */
    void add(AuditAnchor anchor) throws StoreException;

    /**
     * Those of a replica, by the number of their record.
     *
     * @param after the number that they follow
     * @param most how many at a time
     */
    List<AuditAnchor> of(UUID replica, long after, int most) throws StoreException;

    /** The one of the highest record. */
    Optional<AuditAnchor> last(UUID replica) throws StoreException;
}
