package dev.kekkai.gateway;

import dev.kekkai.attestation.verdict.Verdict;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** A node is not let in, or not any more. The message is fit for the node's operator and says what to do. */
final class Denied extends Exception {
    private static final long serialVersionUID = 1;

    /** The trailer that carries the code. */
    static final Metadata.Key<String> REASON = Metadata.Key.of("kekkai-reason", Metadata.ASCII_STRING_MARSHALLER);

    private final String code;
    private final Status.Code status;

    private Denied(String code, Status.Code status, String message) {
        super(message, null, false, false);
        this.code = code;
        this.status = status;
    }

    Denied(Code code, String message) {
        this(code.word(), status(code), message);
    }

    /** What the verifier said. */
    Denied(Verdict.Refused verdict) {
        this(verdict.reason().code(), Status.Code.PERMISSION_DENIED, verdict.toString());
    }

    /** Those that may be otherwise at the next try, or at another gateway, are told apart by the status: they say nothing of the node. */
    private static Status.Code status(Code code) {
        return switch (code) {
            case UNAVAILABLE -> Status.Code.UNAVAILABLE;
            case BUSY -> Status.Code.RESOURCE_EXHAUSTED;
            case CHALLENGE_EXPIRED -> Status.Code.ABORTED;
            case PROTOCOL_VERSION -> Status.Code.FAILED_PRECONDITION;
            default -> Status.Code.PERMISSION_DENIED;
        };
    }

    String code() {
        return code;
    }

    /** For whoever reads the message, which is always there. */
    String text() {
        return String.valueOf(getMessage());
    }

    /** As it goes over the wire: the reason in the trailer. */
    StatusRuntimeException answer() {
        Metadata trailers = new Metadata();
        trailers.put(REASON, code);
        return status.toStatus().withDescription(text()).asRuntimeException(trailers);
    }
}
