package dev.kekkai.gateway;

import dev.kekkai.wire.gateway.v1.FromAgent;
import dev.kekkai.wire.gateway.v1.FromGateway;
import dev.kekkai.wire.gateway.v1.FromNode;
import dev.kekkai.wire.gateway.v1.GatewayGrpc;
import dev.kekkai.wire.gateway.v1.ToAgent;
import io.grpc.stub.StreamObserver;

/** The one service of the service port. */
final class Service implements GatewayGrpc.AsyncService {
    private final AttestStream.Steps steps;
    private final Streams streams;

    Service(AttestStream.Steps steps, Streams streams) {
        this.steps = steps;
        this.streams = streams;
    }

    @Override
    public StreamObserver<FromNode> renew(StreamObserver<FromGateway> answers) {
        return AttestStream.begin(steps, Kind.RENEW, Peers.current(), answers);
    }

    @Override
    public StreamObserver<FromAgent> serve(StreamObserver<ToAgent> answers) {
        return streams.open(Peers.current(), answers);
    }
}
