package dev.kekkai.store;

import java.util.List;
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

    /**
     * Those of the highest records, the highest first. Who may write to the database may have put others there: see {@code AnchorSignature}.
     *
     * @param most how many
     */
    List<AuditAnchor> latest(UUID replica, int most) throws StoreException;
}
