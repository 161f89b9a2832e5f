package dev.kekkai.gateway;

import dev.kekkai.wire.gateway.v1.AttestationGrpc;
import dev.kekkai.wire.gateway.v1.FromGateway;
import dev.kekkai.wire.gateway.v1.FromNode;
import io.grpc.stub.StreamObserver;

/** The one service of the attest port. */
final class Attestations implements AttestationGrpc.AsyncService {
    private final AttestStream.Steps steps;

    Attestations(AttestStream.Steps steps) {
        this.steps = steps;
    }

    @Override
    public StreamObserver<FromNode> attest(StreamObserver<FromGateway> answers) {
        return AttestStream.begin(steps, Kind.ATTEST, Peers.current(), answers);
    }
}
