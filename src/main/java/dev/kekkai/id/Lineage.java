package dev.kekkai.id;

import java.util.UUID;

/** The immutable random identity of a keyring. It stands in the label of each of its HSM objects. */
public record Lineage(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
