package dev.kekkai.architecture.bad.wire;

/** Does no wrong: stands for generated code. */
public record Message(String text) {}
