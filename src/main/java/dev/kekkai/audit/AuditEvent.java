package dev.kekkai.audit;

import dev.kekkai.id.Actor;
import dev.kekkai.id.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * One decision, before it takes effect.
 *
 * @param action what was asked: {@code wrap}, {@code unwrap}, {@code key.create} and the other verbs of {@code kekkai key}, {@code login}
 * @param tenant whose keys it concerns, or null if it concerns the server as a whole
 * @param caller who asked
 * @param api the API it came over: {@code v2}, {@code v1beta1}, {@code admin}, {@code rest}, {@code cli}; {@code server} for what it does by itself
 * @param uid the apiserver's request id, or empty
 * @param keyVersion the KEK version it used or would have used, as hex; as the operator wrote it where an order was refused; or empty where the
 *     request did not get that far
 * @param outcome whether it was done
 * @param reason why not, or what a change of a key is in detail, or empty; never key material
 * @param operation the operation of the HSM that it was part of, the same for all that shared it; or empty where the HSM was not asked
 */
public record AuditEvent(
        String action,
        @Nullable TenantId tenant,
        Actor caller,
        String api,
        String uid,
        String keyVersion,
        Outcome outcome,
        String reason,
        String operation) {
    /** How a request ended. */
    public enum Outcome {
        DONE,
        REFUSED,
        FAILED
    }

    /** Of a caller that is known by name, without an operation of the HSM. */
    public AuditEvent(
            String action,
            TenantId tenant,
            String caller,
            String api,
            String uid,
            String keyVersion,
            Outcome outcome,
            String reason) {
        this(action, tenant, Actor.of(caller, api), api, uid, keyVersion, outcome, reason, "");
    }

    /** What the server does by itself and as a whole. */
    public static AuditEvent ofServer(String action, Outcome outcome, String reason) {
        return new AuditEvent(action, null, new Actor.Server("kekkai"), "server", "", "", outcome, reason, "");
    }
}
