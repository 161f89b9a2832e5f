package dev.kekkai.architecture.bad.id;

import dev.kekkai.architecture.bad.dek.KnowsAService;

/** A value that stands on something. */
public record KnowsAPort(KnowsAService port) {}
