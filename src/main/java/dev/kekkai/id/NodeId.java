package dev.kekkai.id;

import java.util.UUID;

/** A machine that is enrolled. The UUID is the identity; names are for display only. */
public record NodeId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
