package dev.kekkai.config;

/**
 * One effective value in text form, and where it came from.
 *
 * @param key its definition
 * @param text the value in the text form of the key's type; never a secret, because no key holds one
 * @param origin where it came from
 */
public record Setting(Key<?> key, String text, Origin origin) {}
