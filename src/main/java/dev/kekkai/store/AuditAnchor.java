package dev.kekkai.store;

import java.time.Instant;
import java.util.UUID;

/**
 * That the audit trail of a replica had come to a record, as the HSM signed it. What is read from a database is a claim until its signature was
 * verified.
 *
 * @param seq of the record, from 1
 * @param hash of the record, 32 bytes
 * @param time when it was signed, in milliseconds
 * @param signature {@code r | s}, 64 bytes
 */
public record AuditAnchor(UUID replica, long seq, byte[] hash, Instant time, byte[] signature) {}
