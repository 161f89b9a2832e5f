package dev.kekkai.health;

import dev.kekkai.dek.Health;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** {@code /readyz}: the last round trip through the HSM succeeded, and how old that knowledge is. */
@Readiness
@Singleton
public class ReadyCheck implements HealthCheck {
    private final Vitals vitals;

    ReadyCheck(Vitals vitals) {
        this.vitals = vitals;
    }

    @Override
    public HealthCheckResponse call() {
        Health health = vitals.health();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("hsm")
                .withData("probe-age-ms", health.age().toMillis());
        return switch (health) {
            case Health.Healthy ignored -> response.up().build();
            case Health.Unhealthy unhealthy ->
                response.down().withData("reason", unhealthy.reason()).build();
        };
    }
}
