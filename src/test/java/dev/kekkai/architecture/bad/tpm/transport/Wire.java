package dev.kekkai.architecture.bad.tpm.transport;

/** A way to a TPM. */
public record Wire() {}
