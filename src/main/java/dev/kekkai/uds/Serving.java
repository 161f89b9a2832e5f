package dev.kekkai.uds;

import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import java.util.List;

/**
 * What is served on a socket.
 *
 * @param services all of them; nothing else is registered, neither reflection nor health. Definitions rather than bindable services, because
 *     Quarkus serves every bindable service it finds on a TCP port of its own
 * @param interceptors of every call; the first one sees it first
 * @param filters told of every connection
 * @param limits of the server
 */
public record Serving(
        List<ServerServiceDefinition> services,
        List<ServerInterceptor> interceptors,
        List<ServerTransportFilter> filters,
        ServerLimits limits) {
    public Serving {
        services = List.copyOf(services);
        interceptors = List.copyOf(interceptors);
        filters = List.copyOf(filters);
    }

    /** Services alone, within {@link ServerLimits#LOCAL}. */
    public static Serving of(ServerServiceDefinition... services) {
        return new Serving(List.of(services), List.of(), List.of(), ServerLimits.LOCAL);
    }

    /** What operators order, within {@link ServerLimits#ADMIN}. */
    public static Serving ofOrders(ServerServiceDefinition... services) {
        return new Serving(List.of(services), List.of(), List.of(), ServerLimits.ADMIN);
    }
}
