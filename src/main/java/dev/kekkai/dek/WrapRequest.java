package dev.kekkai.dek;

import dev.kekkai.id.KeyId;
import dev.kekkai.secret.Secret;
import org.jspecify.annotations.Nullable;

/**
 * A DEK to be wrapped.
 *
 * @param caller who asks
 * @param api the API that carried the request, for the audit trail: {@code v2} or {@code v1beta1}
 * @param uid the apiserver's id of the request, empty where the API has none; for the audit trail only
 * @param dek 1 byte or more; lent until the answer is there, the caller destroys it
 * @param told the {@code key_id} this caller was last told by Status, if it was: the wrap uses that version (v2), else the ACTIVE one (v1)
 * @param deadline after which no work is to be begun
 */
public record WrapRequest(
        Caller caller,
        String api,
        String uid,
        Secret dek,
        @Nullable KeyId told,
        Deadline deadline) {}
