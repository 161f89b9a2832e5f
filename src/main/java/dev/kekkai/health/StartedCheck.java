package dev.kekkai.health;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** {@code /startupz}: the keyring was opened and the KMS socket is served. */
@Startup
@Singleton
public class StartedCheck implements HealthCheck {
    private final Vitals vitals;

    StartedCheck(Vitals vitals) {
        this.vitals = vitals;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("kms-socket").status(vitals.started()).build();
    }
}
