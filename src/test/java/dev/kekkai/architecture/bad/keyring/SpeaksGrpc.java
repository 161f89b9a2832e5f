package dev.kekkai.architecture.bad.keyring;

import dev.kekkai.architecture.bad.dek.KnowsAService;
import io.grpc.Status;

/** A service that knows gRPC, and is known to the port it stands on: a cycle. */
public record SpeaksGrpc(Status status, KnowsAService port) {}
