package dev.kekkai.architecture.bad.batching;

import dev.kekkai.architecture.bad.wire.Message;

/** A service that knows generated code. */
public record ReadsTheWire(Message message) {}
