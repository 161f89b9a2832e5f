package dev.kekkai.uds;

import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import java.util.List;

/**
 * What is served on a socket.
 *
 * @param services all of them; nothing else is registered, neither reflection nor health
 * @param interceptors of every call; the first one sees it first
 * @param filters told of every connection
 * @param limits of the server
 */
public record Serving(
        List<BindableService> services,
        List<ServerInterceptor> interceptors,
        List<ServerTransportFilter> filters,
        ServerLimits limits) {
    public Serving {
        services = List.copyOf(services);
        interceptors = List.copyOf(interceptors);
        filters = List.copyOf(filters);
    }

    /** Services alone, within {@link ServerLimits#LOCAL}. */
    public static Serving of(BindableService... services) {
        return new Serving(List.of(services), List.of(), List.of(), ServerLimits.LOCAL);
    }
}
