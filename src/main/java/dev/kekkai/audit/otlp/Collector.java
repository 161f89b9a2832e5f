package dev.kekkai.audit.otlp;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The way to a collector: HTTP/1.1, one request at a time, no redirects, no proxy, and the certificate's name must be the URL's. One thread.
 *
 * <p>The file of roots is read at the first request and after each that did not get through, that of headers at each request: both can be changed
 * without a restart.
 */
final class Collector implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final long LONGEST_ANSWER = 64 * 1024;

    private final CollectorAddress address;
    private final Duration deadline;
    private @Nullable HttpClient client;

    /** @param deadline for one request and its whole answer */
    Collector(CollectorAddress address, Duration deadline) {
        this.address = address;
        this.deadline = deadline;
    }

    /** Sends one request; never fails in another way than by its answer. */
    Answer send(byte[] body) throws InterruptedException {
        try {
            return Answers.of(exchange(connected(), request(body)));
        } catch (TimeoutException e) {
            close();
            return later("did not answer within " + deadline.toMillis() + " ms");
        } catch (ExecutionException e) {
            close();
            return later(reason(e));
        } catch (IOException e) {
            return later(String.valueOf(e.getMessage()));
        }
    }

    private static Answer later(String why) {
        return new Answer.Later(why, Duration.ZERO);
    }

    private HttpResponse<byte[]> exchange(HttpClient by, HttpRequest request)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<HttpResponse<byte[]>> answer = by.sendAsync(
                request,
                BodyHandlers.limiting(
                        head -> head.statusCode() == Answers.OK
                                ? BodySubscribers.ofByteArray()
                                : BodySubscribers.replacing(new byte[0]),
                        LONGEST_ANSWER));
        boolean done = false;
        try {
            HttpResponse<byte[]> there = answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
            done = true;
            return there;
        } finally {
            if (!done) {
                answer.cancel(true);
            }
        }
    }

    private HttpRequest request(byte[] body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.url())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (address.headers().isPresent()) {
            for (Map.Entry<String, String> header :
                    HeadersFile.read(address.headers().get()).entrySet()) {
                try {
                    request.setHeader(header.getKey(), header.getValue());
                } catch (IllegalArgumentException e) {
                    throw new IOException(
                            address.headers().get() + " sets the header " + header.getKey()
                                    + ", which the protocol sets itself: take it out",
                            e);
                }
            }
        }
        return request.build();
    }

    private HttpClient connected() throws IOException {
        HttpClient there = client;
        if (there == null) {
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .connectTimeout(CONNECT);
            if (address.ca().isPresent()) {
                SSLContext tls = CollectorTrust.of(address.ca().get());
                SSLParameters parameters = tls.getDefaultSSLParameters();
                parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
                builder.sslContext(tls).sslParameters(parameters);
            }
            there = builder.build();
            client = there;
        }
        return there;
    }

    /** The first cause that says something; the client wraps them, and some say nothing but what they are. */
    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String said = cause.getMessage();
        while ((said == null || said.isBlank()) && cause.getCause() != null) {
            cause = cause.getCause();
            said = cause.getMessage();
        }
        return said == null || said.isBlank() ? cause.getClass().getSimpleName() : said;
    }

    /** Forgets the connection; the next request makes another. */
    @Override
    public void close() {
        HttpClient stale = client;
        client = null;
        if (stale != null) {
            stale.shutdownNow();
        }
    }
}
