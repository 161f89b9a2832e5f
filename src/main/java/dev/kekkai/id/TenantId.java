package dev.kekkai.id;

import java.util.UUID;

/** A cluster whose keys are kept here. The UUID is the identity; names are for display only. */
public record TenantId(UUID value) {
    /** The tenant {@code default}, which every database has from its first schema. */
    public static final TenantId DEFAULT = new TenantId(UUID.fromString("6b656b6b-6169-4000-8000-000000000001"));

    @Override
    public String toString() {
        return value.toString();
    }
}
