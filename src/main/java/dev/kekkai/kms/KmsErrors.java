package dev.kekkai.kms;

import dev.kekkai.dek.DekException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The one place where failures become gRPC codes.
 *
 * <p>kube-apiserver does not act on codes, it counts them ({@code apiserver_envelope_encryption_kms_operations_latency_seconds}, label
 * {@code grpc_status_code}); so the code says whose move it is. NotAuthentic is INVALID_ARGUMENT, not DATA_LOSS: the request will never
 * succeed whatever the state of this server, and anyone who can reach the socket could otherwise raise an alarm of lost data.
 */
final class KmsErrors {
    private static final Logger LOG = Logger.getLogger(KmsErrors.class);
    private static final int INCIDENT_LENGTH = 8;
    private static final int FRAMES = 20;

    private KmsErrors() {}

    /** The answer for a failure, which may be wrapped in {@link CompletionException}s. Foreseen ones keep their message; others are logged and numbered. */
    static StatusRuntimeException answer(Throwable failure) {
        return status(unwrapped(failure)).asRuntimeException();
    }

    private static Status status(Throwable failure) {
        return switch (failure) {
            case DekException known -> code(known).toStatus().withDescription(known.getMessage());
            case LimitBroken broken -> logged(broken);
            case TimeoutException late ->
                Status.DEADLINE_EXCEEDED.withDescription("no answer within the time that a call may take");
            default -> incident(failure);
        };
    }

    private static Status.Code code(DekException failure) {
        return switch (failure) {
            case DekException.Malformed e -> Status.Code.INVALID_ARGUMENT;
            case DekException.UnknownKey e -> Status.Code.NOT_FOUND;
            case DekException.NotAuthentic e -> Status.Code.INVALID_ARGUMENT;
            case DekException.KeyRefused e -> Status.Code.FAILED_PRECONDITION;
            case DekException.StaleKey e -> Status.Code.FAILED_PRECONDITION;
            case DekException.Unavailable e -> Status.Code.UNAVAILABLE;
            case DekException.Overloaded e -> Status.Code.RESOURCE_EXHAUSTED;
            case DekException.TooLate e -> Status.Code.DEADLINE_EXCEEDED;
        };
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable inner = failure;
        while (inner instanceof CompletionException && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    private static Status logged(LimitBroken broken) {
        LOG.errorf("An answer was held back because the apiserver would refuse it: %s", broken.getMessage());
        return Status.INTERNAL.withDescription(broken.getMessage());
    }

    /** Messages of unforeseen exceptions may quote what they stumbled over, so only types and places are logged. */
    private static Status incident(Throwable failure) {
        String incident = UUID.randomUUID().toString().substring(0, INCIDENT_LENGTH);
        String types = Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(cause -> cause.getClass().getName())
                .collect(Collectors.joining(" caused by "));
        String places = Stream.of(failure.getStackTrace())
                .limit(FRAMES)
                .map(frame -> "\n\tat " + frame)
                .collect(Collectors.joining());
        LOG.errorf(
                "Incident %s: a KMS call failed in a way nobody foresaw, please report it: %s%s",
                incident, types, places);
        return Status.INTERNAL.withDescription(
                "internal error, incident " + incident + "; the log of kekkai says more");
    }
}
