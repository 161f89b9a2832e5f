package dev.kekkai.id;

import java.util.UUID;

/** Names one request for approval for good. */
public record ApprovalId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
