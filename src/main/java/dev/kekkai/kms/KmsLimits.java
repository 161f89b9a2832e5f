package dev.kekkai.kms;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.kekkai.dek.DekException.Malformed;
import dev.kekkai.id.KeyId;

/**
 * What kube-apiserver accepts, checked before it is asked to: k8s.io/apiserver, {@code envelope/kmsv2/envelope.go} for v2 and
 * {@code envelope/envelope.go} for v1. Requests that break a rule are the caller's fault, answers that do are ours.
 */
final class KmsLimits {
    /** Bytes of a v2 ciphertext, at most ({@code encryptedDEKSourceMaxSize}). */
    static final int V2_CIPHERTEXT = 1024;

    /** Bytes of a {@code key_id}, at most. */
    static final int KEY_ID = 1024;

    /** Bytes of a v1 ciphertext, at most: the apiserver writes its length as a u16. */
    static final int V1_CIPHERTEXT = 65_534;

    /** What the largest layout of the envelope adds to a DEK: a batch under mechanism 2 (envelope format, version 1). */
    static final int ENVELOPE_OVERHEAD = 146;

    /** Bytes of a v2 plaintext, at most, so that its envelope fits however it is laid out. */
    static final int V2_PLAINTEXT = V2_CIPHERTEXT - ENVELOPE_OVERHEAD;

    /** Bytes of a v1 plaintext, at most, so that the ciphertext also fits the 64 KiB of a later Decrypt request. */
    static final int V1_PLAINTEXT = 65_000;

    private KmsLimits() {}

    static void checkPlaintext(ByteString plaintext, int most) throws Malformed {
        if (plaintext.isEmpty()) {
            throw new Malformed("the plaintext is empty");
        }
        if (plaintext.size() > most) {
            throw new Malformed("the plaintext has " + plaintext.size() + " bytes; at most " + most
                    + " can be wrapped within the apiserver's limit for ciphertexts");
        }
    }

    static void checkCiphertext(ByteString ciphertext, int most) throws Malformed {
        if (ciphertext.isEmpty() || ciphertext.size() > most) {
            throw new Malformed("the ciphertext has " + ciphertext.size() + " bytes, not 1 to " + most);
        }
    }

    static KeyId checkedKeyId(String keyId) throws Malformed {
        int size = keyId.getBytes(UTF_8).length;
        if (size < 1 || size > KEY_ID) {
            throw new Malformed("the key_id has " + size + " bytes, not 1 to " + KEY_ID);
        }
        return new KeyId(keyId);
    }

    static byte[] outgoingCiphertext(byte[] ciphertext, int most) {
        if (ciphertext.length < 1 || ciphertext.length > most) {
            throw new LimitBroken(
                    "the ciphertext has " + ciphertext.length + " bytes; the apiserver accepts 1 to " + most);
        }
        return ciphertext;
    }

    static String outgoingKeyId(KeyId keyId) {
        int size = keyId.value().getBytes(UTF_8).length;
        if (size < 1 || size > KEY_ID) {
            throw new LimitBroken("the key_id has " + size + " bytes; the apiserver accepts 1 to " + KEY_ID);
        }
        return keyId.value();
    }

    static byte[] outgoingPlaintext(byte[] plaintext) {
        if (plaintext.length == 0) {
            throw new LimitBroken("the unwrapped plaintext is empty; the apiserver cannot use it");
        }
        return plaintext;
    }
}
