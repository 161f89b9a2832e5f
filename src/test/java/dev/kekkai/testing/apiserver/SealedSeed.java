package dev.kekkai.testing.apiserver;

import com.google.protobuf.ByteString;
import java.util.Map;

/** What stands in etcd beside each Secret of KMS v2: the wrapped seed, and what has to be echoed to unwrap it. */
public record SealedSeed(ByteString ciphertext, String keyId, Map<String, ByteString> annotations) {
    public SealedSeed {
        annotations = Map.copyOf(annotations);
    }
}
