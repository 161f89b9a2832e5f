package dev.kekkai.custody;

/**
 * What a custodian makes of a plaintext.
 *
 * @param iv as the mechanism defines it, also where the module made it
 * @param box ciphertext and authenticator
 */
public record SealedBox(byte[] iv, byte[] box) {}
