package dev.kekkai.dek;

import dev.kekkai.id.KeyId;
import org.jspecify.annotations.Nullable;

/**
 * An envelope to be unwrapped.
 *
 * @param caller who asks
 * @param api the API that carried the request: {@code v2} or {@code v1beta1}
 * @param uid the apiserver's id of the request, empty where the API has none; for the audit trail only
 * @param envelope as {@link WrappedDek#envelope} gave it, untrusted
 * @param keyId the {@code key_id} that came with it (v2): it must map to the envelope's own version; null where the API has none (v1)
 * @param deadline after which no work is to be begun
 */
public record UnwrapRequest(
        Caller caller,
        String api,
        String uid,
        byte[] envelope,
        @Nullable KeyId keyId,
        Deadline deadline) {}
