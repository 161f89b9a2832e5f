package dev.kekkai.architecture.bad.attestation.prover;

import dev.kekkai.architecture.bad.tpm.transport.Wire;

/** The prover, which may. */
public record Asked(Wire wire) {}
