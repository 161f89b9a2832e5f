package dev.kekkai.bench;

import com.google.protobuf.ByteString;

/**
 * A DEK and what came of wrapping it.
 *
 * @param keyId what v2 answered, empty for v1
 */
record Sealed(ByteString dek, ByteString ciphertext, String keyId) {}
