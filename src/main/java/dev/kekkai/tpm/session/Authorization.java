package dev.kekkai.tpm.session;

/** One entry of a command's authorisation area: a password, or a session in one use of it. */
public sealed interface Authorization permits Password, SessionUse {}
