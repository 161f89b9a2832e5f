package dev.kekkai.testing.apiserver;

import com.google.protobuf.ByteString;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What kube-apiserver checks in the answers of a KMS v2 plugin (k8s.io/apiserver, envelope/kmsv2/envelope.go). */
final class V2Rules {
    private static final Set<String> VERSIONS = Set.of("v2", "v2beta1");
    private static final int MAX_KEY_ID = 1024;
    private static final int MAX_CIPHERTEXT = 1024;
    private static final int MAX_ANNOTATIONS = 32 * 1024;
    private static final Pattern FQDN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+");

    private V2Rules() {}

    static void version(String version, String first) {
        if (!VERSIONS.contains(version)) {
            throw new BrokenRule("Status.version must be v2 or v2beta1, it is `" + version + "`");
        }
        if (!first.isEmpty() && !first.equals(version)) {
            throw new BrokenRule("Status.version must never change, it was `" + first + "` and is `" + version + "`");
        }
    }

    static void healthz(String healthz) {
        if (!"ok".equals(healthz)) {
            throw new BrokenRule("Status.healthz must be `ok`, it is `" + healthz + "`");
        }
    }

    static void keyId(String keyId) {
        int size = keyId.getBytes(StandardCharsets.UTF_8).length;
        if (size < 1 || size > MAX_KEY_ID) {
            throw new BrokenRule("key_id must have 1 to 1024 bytes, it has " + size);
        }
    }

    static void encrypted(EncryptResponse response) {
        int size = response.getCiphertext().size();
        if (size < 1 || size > MAX_CIPHERTEXT) {
            throw new BrokenRule("EncryptResponse.ciphertext must have 1 to 1024 bytes, it has " + size);
        }
        keyId(response.getKeyId());
        annotations(response.getAnnotationsMap());
    }

    private static void annotations(Map<String, ByteString> annotations) {
        int total = 0;
        for (Map.Entry<String, ByteString> annotation : annotations.entrySet()) {
            if (!FQDN.matcher(annotation.getKey()).matches()) {
                throw new BrokenRule("annotation keys must be lowercase FQDNs of two labels or more, not `"
                        + annotation.getKey() + "`");
            }
            total += annotation.getKey().length() + annotation.getValue().size();
        }
        if (total > MAX_ANNOTATIONS) {
            throw new BrokenRule("annotations must have at most 32768 bytes, they have " + total);
        }
    }
}
