package dev.kekkai.keyring;

/**
 * Who changes a keyring, for the audit trail.
 *
 * @param name for example {@code root}
 * @param api {@code admin} through a running server, {@code rest} through its admin API, {@code cli} on the files of one that does not run
 */
public record Operator(String name, String api) {}
