package dev.kekkai.health;

import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Gives the probes the paths that Kubernetes itself uses. */
@Singleton
class ProbePaths {
    void route(@Observes ManagementInterface management) {
        Router router = management.router();
        router.get("/livez").handler(request -> request.reroute("/q/health/live"));
        router.get("/readyz").handler(request -> request.reroute("/q/health/ready"));
        router.get("/startupz").handler(request -> request.reroute("/q/health/started"));
    }
}
