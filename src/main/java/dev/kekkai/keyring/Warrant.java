package dev.kekkai.keyring;

import dev.kekkai.id.ApprovalId;

/**
 * What allows something that nobody does on their own word alone. Whether it does is decided by the store, when it is used.
 *
 * @param words who asked and who approved, for the audit trail
 */
public record Warrant(ApprovalId approval, String words) {}
