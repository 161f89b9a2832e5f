package dev.kekkai.store;

import dev.kekkai.id.TenantId;
import java.time.Instant;

/** A machine that waits for approval; a row, bound by nothing. */
public record StoredClaim(
        TenantId tenant, EkMark ek, String spki, String hostName, String source, Instant first, Instant last) {}
