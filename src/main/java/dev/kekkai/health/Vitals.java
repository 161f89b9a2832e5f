package dev.kekkai.health;

import dev.kekkai.dek.Health;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the probes report: nothing until the server serves, then what its HSM probe found. */
@Singleton
public class Vitals {
    private final AtomicReference<@Nullable Supplier<Health>> source = new AtomicReference<>();

    /** Says that the KMS socket is served, and where its health is to be read from now on. */
    public void serving(Supplier<Health> health) {
        source.set(health);
    }

    /** Says that it is not served any more. */
    public void stopped() {
        source.set(null);
    }

    /** Whether start-up is over. */
    public boolean started() {
        return source.get() != null;
    }

    /** Whether a wrap can be expected to work. */
    public Health health() {
        Supplier<Health> health = source.get();
        return health == null ? new Health.Unhealthy("starting or stopping", Duration.ZERO) : health.get();
    }
}
