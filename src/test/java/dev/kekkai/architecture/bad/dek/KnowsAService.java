package dev.kekkai.architecture.bad.dek;

import dev.kekkai.architecture.bad.keyring.SpeaksGrpc;

/** A port that looks up to a service. */
public interface KnowsAService {
    SpeaksGrpc service();
}
