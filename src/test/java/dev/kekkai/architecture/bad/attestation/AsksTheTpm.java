package dev.kekkai.architecture.bad.attestation;

import dev.kekkai.architecture.bad.tpm.transport.Wire;

/** A judge that has a TPM at hand. */
public record AsksTheTpm(Wire wire) {}
