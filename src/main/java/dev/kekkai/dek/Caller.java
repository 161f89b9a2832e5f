package dev.kekkai.dek;

import dev.kekkai.id.TenantId;

/**
 * Who asks, as far as the edge could establish it.
 *
 * @param tenant the cluster that the caller belongs to; decides which keyring may be used
 * @param name for the audit trail, for example {@code unix:/run/kekkai/kms.sock}
 */
public record Caller(TenantId tenant, String name) {}
