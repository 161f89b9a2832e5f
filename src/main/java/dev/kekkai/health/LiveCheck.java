package dev.kekkai.health;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/**
 * {@code /livez}: this process answers, and a restart would not help it. An HSM outage never fails it, because a restart would not bring the HSM
 * back; calls that hang in the PKCS#11 module do, once there are as many as may be.
 */
@Liveness
@Singleton
public class LiveCheck implements HealthCheck {
    private final Vitals vitals;

    LiveCheck(Vitals vitals) {
        this.vitals = vitals;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("process");
        return vitals.hopeless()
                .map(reason -> response.down().withData("reason", reason).build())
                .orElseGet(() -> response.up().build());
    }
}
