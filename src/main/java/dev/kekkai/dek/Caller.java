package dev.kekkai.dek;

import dev.kekkai.id.Actor;
import dev.kekkai.id.TenantId;

/**
 * Who asks, as far as the edge could establish it.
 *
 * @param tenant the cluster that the caller belongs to; decides which keyring may be used
 * @param actor for the audit trail
 */
public record Caller(TenantId tenant, Actor actor) {
    /** Of whom a name is all that is known, for example {@code unix:/run/kekkai/kms.sock}. */
    public Caller(TenantId tenant, String name) {
        this(tenant, new Actor.Named(name));
    }

    public String name() {
        return actor.name();
    }
}
