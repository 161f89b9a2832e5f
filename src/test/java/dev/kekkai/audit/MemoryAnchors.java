package dev.kekkai.audit;

import dev.kekkai.store.AuditAnchor;
import dev.kekkai.store.AuditAnchors;
import dev.kekkai.store.StoreException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** A database that can be away. */
final class MemoryAnchors implements AuditAnchors {
    final List<AuditAnchor> kept = new ArrayList<>();
    boolean away;

    @Override
    public void add(AuditAnchor anchor) throws StoreException {
        if (away) {
            throw new StoreException("the database is away");
        }
        kept.add(anchor);
    }

    @Override
    public List<AuditAnchor> of(UUID replica, long after, int most) {
        return kept;
    }

    @Override
    public List<AuditAnchor> latest(UUID replica, int most) {
        return kept.stream()
                .sorted(Comparator.comparingLong(AuditAnchor::seq).reversed())
                .limit(most)
                .toList();
    }
}
