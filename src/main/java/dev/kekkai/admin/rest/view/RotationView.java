package dev.kekkai.admin.rest.view;

import org.jspecify.annotations.Nullable;

/**
 * How far the rotation to a version is.
 *
 * @param version its number, which is also the rotation's
 * @param state PREPARED (waits for an order), SCHEDULED (waits for its time), DONE (the version was or is ACTIVE), CALLED_OFF
 * @param activateAt when it is to become ACTIVE
 * @param remainingSeconds until then, from the server's clock
 * @param keyId since it is done
 * @param stillOpening versions before it that go on opening what they wrapped: rewrite the Secrets, then disable them
 */
public record RotationView(
        int version,
        String state,
        @Nullable String activateAt,
        @Nullable Long remainingSeconds,
        @Nullable String keyId,
        int stillOpening) {}
