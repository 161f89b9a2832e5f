package dev.kekkai.tpm.crypto;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.TpmWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The TPM's key derivation functions (Part 1 §11.4.10). Whoever gets the result destroys it. */
public final class Kdf {
    private Kdf() {}

    /**
     * KDFa: SP 800-108 in counter mode with HMAC. The label is followed by a zero byte.
     *
     * @param bits of the result, a multiple of 8
     */
    public static Secret a(HashAlg hash, byte[] key, String label, byte[] contextU, byte[] contextV, int bits) {
        byte[] fixed = new TpmWriter()
                .bytes(terminated(label))
                .bytes(contextU)
                .bytes(contextV)
                .u32(bits)
                .toBytes();
        byte[] out = new byte[bits / 8];
        for (int i = 1, at = 0; at < out.length; i++) {
            at += place(hmac(hash, key, counter(i), fixed), out, at);
        }
        return Secret.owning(out);
    }

    /**
     * KDFe: SP 800-56A, the concatenation KDF over an ECDH secret. The label is followed by a zero byte.
     *
     * @param z x coordinate of the shared point, as long as the curve's coordinates
     * @param bits of the result, a multiple of 8
     */
    public static Secret e(HashAlg hash, byte[] z, String label, byte[] partyUInfo, byte[] partyVInfo, int bits) {
        byte[] out = new byte[bits / 8];
        for (int i = 1, at = 0; at < out.length; i++) {
            at += place(hash.digest(counter(i), z, terminated(label), partyUInfo, partyVInfo), out, at);
        }
        return Secret.owning(out);
    }

    /** HMAC over all parts, one after the other. An empty key is allowed (Part 1 §11.4.4). */
    public static byte[] hmac(HashAlg hash, byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(hash.hmac());
            // The JCA refuses an empty key. HMAC pads keys with zeros: one zero byte is the same key.
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, hash.hmac()));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of ours has " + hash.hmac(), e);
        }
    }

    /** Whether both are the same, in constant time. */
    public static boolean same(byte[] one, byte[] other) {
        return MessageDigest.isEqual(one, other);
    }

    /** A label as the TPM sees it: with its terminating zero. */
    static byte[] terminated(String label) {
        return (label + '\0').getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] counter(int i) {
        return new TpmWriter().u32(i).toBytes();
    }

    private static int place(byte[] block, byte[] out, int at) {
        int length = Math.min(block.length, out.length - at);
        System.arraycopy(block, 0, out, at, length);
        Arrays.fill(block, (byte) 0);
        return length;
    }
}
