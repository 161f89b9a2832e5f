package dev.kekkai.architecture.bad.admin;

import dev.kekkai.architecture.bad.custody.pkcs11.Token;

/** Uses an adapter past its port. */
public record OpensTheTokenItself(Token token) {}
