package dev.kekkai.testing.gateway;

import dev.kekkai.wire.gateway.v1.Answer;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A node that was let in before, and wraps one DEK after the other whatever else happens at its gateway. */
public final class Bystander implements AutoCloseable {
    private static final int DEK_BYTES = 32;
    private static final long PAUSE_MILLIS = 20;

    private final ServeClient stream;
    private final List<Long> micros = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final Thread thread;
    private volatile boolean over;

    private Bystander(ServeClient stream) {
        this.stream = stream;
        this.thread = Thread.ofVirtual().unstarted(this::wrap);
    }

    /** Begins. */
    public static Bystander at(int servicePort, TlsKey certified, List<X509Certificate> roots) throws Exception {
        Bystander bystander = new Bystander(ServeClient.open(servicePort, certified, roots));
        bystander.thread.start();
        return bystander;
    }

    private void wrap() {
        SecureRandom random = new SecureRandom();
        while (!over) {
            byte[] dek = new byte[DEK_BYTES];
            random.nextBytes(dek);
            long begun = System.nanoTime();
            try {
                Answer answer = stream.wrap(dek);
                note(
                        TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun),
                        answer.hasWrapped() ? "" : answer.toString());
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                note(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun), e.toString());
            }
        }
    }

    private synchronized void note(long took, String failure) {
        micros.add(took);
        if (!failure.isEmpty()) {
            failures.add(failure);
        }
    }

    /** How long its wraps took since the last time this was asked, in microseconds, ascending. */
    public synchronized List<Long> took() {
        List<Long> sorted = micros.stream().sorted().toList();
        micros.clear();
        return sorted;
    }

    /** What was answered instead of a wrapped DEK. */
    public synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        over = true;
        thread.interrupt();
        stream.close();
    }
}
