package dev.kekkai.architecture.bad.custody.pkcs11;

/** Does no wrong: the adapter that somebody uses past its port. */
public record Token(String label) {}
