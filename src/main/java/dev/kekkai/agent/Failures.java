package dev.kekkai.agent;

import io.grpc.Status;
import java.security.cert.CertificateException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** What went wrong on the way to a gateway, in one line for a person: the innermost cause that says something. */
final class Failures {
    private Failures() {}

    static String said(Throwable failure) {
        Status status = Status.fromThrowable(failure);
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .filter(CertificateException.class::isInstance)
                .findFirst()
                .map(cause -> String.valueOf(cause.getMessage()))
                .orElseGet(() -> line(status));
    }

    /** Whether the gateway broke off TLS by an alert, as it does over a certificate of ours that it does not take. */
    static boolean certificateRefused(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .anyMatch(cause -> cause instanceof SSLException
                        && String.valueOf(cause.getMessage()).contains("fatal alert"));
    }

    private static String line(Status status) {
        Throwable cause = status.getCause();
        String said = status.getDescription() == null ? status.getCode().name() : status.getDescription();
        String below = cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")";
        return (said + below).replaceAll("\\p{Cntrl}+", " ");
    }
}
