package dev.kekkai.audit;

import dev.kekkai.id.TenantId;

/**
 * One decision, before it takes effect.
 *
 * @param action what was asked: {@code wrap}, {@code unwrap}, {@code key.create} and the other verbs of {@code kekkai key}, {@code login}
 * @param tenant whose keys it concerns
 * @param caller who asked
 * @param api the API it came over: {@code v2}, {@code v1beta1}, {@code admin}, {@code rest}, {@code cli}; {@code server} for what it does by itself
 * @param uid the apiserver's request id, or empty
 * @param keyVersion the KEK version it used or would have used, as hex; as the operator wrote it where an order was refused; or empty where the
 *     request did not get that far
 * @param outcome whether it was done
 * @param reason why not, or what a change of a key is in detail, or empty; never key material
 */
public record AuditEvent(
        String action,
        TenantId tenant,
        String caller,
        String api,
        String uid,
        String keyVersion,
        Outcome outcome,
        String reason) {
    /** How a request ended. */
    public enum Outcome {
        DONE,
        REFUSED,
        FAILED
    }
}
