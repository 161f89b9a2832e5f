package dev.kekkai.health;

import dev.kekkai.dek.Health;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the probes report: nothing until the server serves, then what its HSM probe found. */
@Singleton
public class Vitals {
    private final AtomicReference<@Nullable Supplier<Health>> source = new AtomicReference<>();
    private final AtomicReference<Supplier<Optional<String>>> doom = new AtomicReference<>(Optional::empty);

    /**
     * Says that the KMS socket is served, and where its health is to be read from now on.
     *
     * @param hopeless why only a restart of this process helps, if that is so
     */
    public void serving(Supplier<Health> health, Supplier<Optional<String>> hopeless) {
        doom.set(hopeless);
        source.set(health);
    }

    /** Says that it is not served any more. */
    public void stopped() {
        doom.set(Optional::empty);
        source.set(null);
    }

    /** Whether start-up is over. */
    public boolean started() {
        return source.get() != null;
    }

    /** Why only a restart of this process helps, if that is so. */
    public Optional<String> hopeless() {
        return doom.get().get();
    }

    /** Whether a wrap can be expected to work. */
    public Health health() {
        Supplier<Health> health = source.get();
        return health == null ? new Health.Unhealthy("starting or stopping", Duration.ZERO) : health.get();
    }
}
