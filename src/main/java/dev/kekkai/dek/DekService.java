package dev.kekkai.dek;

import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import java.util.concurrent.CompletionStage;

/**
 * Wraps and unwraps DEKs under the KEKs of a tenant.
 *
 * <p>No method blocks. A stage that fails does so with a {@link DekException} (perhaps inside a
 * {@link java.util.concurrent.CompletionException}); its message is fit for an operator and holds no key material. Both calls are safe to repeat.
 */
public interface DekService {
    /** The {@code key_id} to tell this tenant's callers, and the health behind it. Costs nothing: it is answered from memory. */
    Status status(TenantId tenant) throws DekException;

    /** Wraps a DEK. The request's secret must stay alive until the stage completes, and is the caller's to destroy. */
    CompletionStage<WrappedDek> wrap(WrapRequest request);

    /** Unwraps an envelope. The secret it yields belongs to the caller, who destroys it. */
    CompletionStage<Secret> unwrap(UnwrapRequest request);
}
